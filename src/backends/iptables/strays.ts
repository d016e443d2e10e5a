// Stray jumps: those that no line of iptables-restore can remove.
import { runToolOrThrow } from "../../host/index.ts";
import { deleteByHandle } from "./nft.ts";
import type { ObservedChain, ObservedJump } from "./observed.ts";
import { onOneLine } from "./one-line.ts";
import { LOCK_WAIT, restore, type Tools, toolName } from "./tools.ts";
import { readWords } from "./words.ts";

/** The replacement character, which stands for bytes that are not UTF-8. */
const REPLACED = /\ufffd/;

/**
 * Whether a jump can be removed. A line of iptables-restore may contain any bytes except a newline; an argument of a process
 * may contain any UTF-8 text, newlines included, but neither Node nor Deno can pass other bytes. A rule with both needs a
 * handle, which only nft knows. Its number cannot be used: others write in between, and only iptables can hold its lock.
 */
const isRemovable = ({ spec, raw, handle }: ObservedJump) =>
  handle !== undefined || raw === undefined || !(spec.includes("\n") && REPLACED.test(spec));

/** Moves jumps that cannot be removed to the references: users must remove them, and they must not block anything else. */
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

/** Removes one jump. Throws {@link ToolError}, also if it no longer exists. */
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
