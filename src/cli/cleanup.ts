// ip-masq-agent cleanup: the chain and the jumps to it are removed, nothing else is touched.

import { iptablesBackend, usedVariants } from "../backends/index.ts";
import type { Family } from "../core/index.ts";
import { ToolError } from "../host/index.ts";
import { type Io, printJson } from "./io.ts";
import type { Settings } from "./settings.ts";
import { collectWarnings } from "./warnings.ts";

/**
 * Cleans both families, and with --iptables-variant=auto every variant that holds tables: what was written before a node
 * changed its variant is found too. Exit 0 where nothing of ours is left. Of a CNI config nothing is taken back.
 */
export async function cleanup(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  if (settings.cniConfig !== undefined) {
    if (settings.json) {
      printJson(io, { families: [{ backend: "windows-cni", family: "ipv4", removed: false }], warnings: [] });
    } else io.print(`ipv4 (windows-cni): ${settings.cniConfig} stays as it is: what its list held before is not known`);
    return 0;
  }
  const { chain, ipv6 } = settings.policy;
  const variants = settings.variant === "auto" ? await usedVariants() : [settings.variant];
  const families: readonly Family[] = ["ipv4", "ipv6"];
  const warnings = collectWarnings(io);
  const targets = variants.flatMap((variant) =>
    families.map((family) => ({ backend: iptablesBackend(variant, warnings.warn), family })),
  );
  const results = await Promise.all(
    targets.map(async ({ backend, family }) => {
      try {
        return { backend: backend.name, family, transaction: await backend.cleanup(family, chain) };
      } catch (error) {
        // A node without IPv6 has no rules of it: only who asks for the family is told that it cannot be read.
        const reading =
          error instanceof ToolError &&
          /^(failed|missing|unreadable)$/.test(error.reason) &&
          /-save | -S /.test(error.command);
        const optional = family === "ipv6" && !ipv6 && reading;
        return { backend: backend.name, family, error: (error as Error).message, optional };
      }
    }),
  );
  const shown = results.filter((result) => !result.optional);
  if (settings.json) {
    printJson(io, {
      families: shown.map(({ backend, family, transaction, error }) => {
        return error === undefined
          ? { backend, family, removed: transaction !== undefined }
          : { backend, family, error };
      }),
      warnings: warnings.all(),
    });
  } else {
    for (const { backend, family, transaction, error } of shown) {
      if (error !== undefined) io.warn(`${family} (${backend}): ${error}`);
      else if (transaction)
        io.print(`${family} (${backend}): removed: chain ${chain} and ${transaction.counts.removed} rules`);
      else io.print(`${family} (${backend}): nothing of chain ${chain} is there`);
    }
  }
  return shown.some(({ error }) => error !== undefined) ? 1 : 0;
}
