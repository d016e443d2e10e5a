// Jumps that no line of iptables-restore can name.
import { runToolOrThrow } from "../../host/index.ts";
import { deleteByHandle } from "./nft.ts";
import type { ObservedChain, ObservedJump } from "./observed.ts";
import { onOneLine } from "./one-line.ts";
import { LOCK_WAIT, restore, type Tools, toolName } from "./tools.ts";
import { readWords } from "./words.ts";

/** Bytes that are no UTF-8 come out as this. */
const REPLACED = /\ufffd/;

/**
 * Can a jump be removed? A line of iptables-restore may hold any bytes but a newline, an argument of a process any text in
 * UTF-8, newlines too: neither Node nor Deno passes other bytes. What has both needs a handle, which only nft has. The
 * number of a rule would not do: others write in between, and iptables' lock is held by none but iptables.
 */
const isRemovable = ({ spec, raw, handle }: ObservedJump) =>
  handle !== undefined || raw === undefined || !(spec.includes("\n") && REPLACED.test(spec));

/** Sorts out jumps that cannot be removed: they are a person's to remove, and must stop nothing else. */
export function withoutUnremovable(observed: ObservedChain): ObservedChain {
  const left = observed.jumps
    .filter((jump) => !isRemovable(jump))
    .map(({ spec }) => `-A POSTROUTING ${onOneLine(spec)}`);
  if (left.length === 0) return observed;
  const why = "its comment has both a newline and bytes that are not UTF-8; remove it by its number";
  return {
    ...observed,
    jumps: observed.jumps.filter(isRemovable),
    references: [...observed.references, ...left],
    findings: [...(observed.findings ?? []), ...left.map((rule) => `this rule cannot be removed, ${why}: ${rule}`)],
  };
}

/** Removes one jump. Throws {@link ToolError}, also if it is not there any more. */
export async function removeStray(tools: Tools, { spec, raw, handle }: ObservedJump): Promise<void> {
  if (handle !== undefined) await deleteByHandle(tools, handle);
  else if (raw && !spec.includes("\n")) await restore(tools, deletion(raw));
  else {
    const words = ["-w", LOCK_WAIT, "-t", "nat", "-D", "POSTROUTING", ...readWords(spec)];
    await runToolOrThrow(tools.run, toolName(tools), words);
  }
}

function deletion(raw: Uint8Array): Uint8Array {
  const [before, after] = ["*nat\n-D POSTROUTING ", "\nCOMMIT\n"].map((text) => new TextEncoder().encode(text));
  return Uint8Array.from([...(before ?? []), ...raw, ...(after ?? [])]);
}
