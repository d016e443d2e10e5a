// ip-masq-agent cleanup: removes the chain and the jumps to it, and touches nothing else.
import { AUTO, BACKENDS } from "../backends/index.ts";
import { describeError, errorData } from "../errors/index.ts";
import { isMissing } from "../host/index.ts";
import { type Io, printData } from "./io.ts";
import { agentData, findAgents, findKeeper } from "./running-agent.ts";
import type { Settings } from "./settings.ts";
import { collectWarnings } from "./warnings.ts";

/**
 * Cleans up both families, wherever the backend (without --backend, any backend) may have rules. Exits with 0 if nothing
 * of ours is left. A CNI config stays as it is.
 */
export async function cleanup(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { backend: choice, backendFlag: flag } = settings;
  const kinds = choice === AUTO ? BACKENDS : [choice];
  const { chain, ipv6 } = settings.policy;
  const warnings = collectWarnings(io);
  const opened = await Promise.all(
    kinds.map(async (kind) => {
      const { openAll } = await kind.load();
      const backends = await openAll({ chain, flag, warn: warnings.warn });
      return backends.flatMap((backend) => kind.families.map((family) => ({ backend, family })));
    }),
  );
  const targets = opened.flat();
  const results = await Promise.all(
    targets.map(async ({ backend, family }) => {
      const { name } = backend;
      try {
        const written = await backend.cleanup(family, chain);
        return { backend: name, family, removed: written !== undefined, done: backend.describeCleanup(chain, written) };
      } catch (error) {
        // Without the tools nothing can have been written, and a node without IPv6 has no IPv6 rules: the error is shown
        // only if the backend or the family was asked for.
        const optional =
          (choice === AUTO && isMissing(error)) || (family === "ipv6" && !ipv6 && backend.isUnreadable(error));
        return { backend: name, family, error: describeError(error), data: errorData(error), optional };
      }
    }),
  );
  const keeper = results.some(({ removed }) => removed) ? findKeeper(chain, findAgents()) : undefined;
  if (keeper) {
    warnings.warn(`the agent on this node (pid ${keeper.pid}) writes the rules again at its next sync: stop it first`);
  }
  const shown = results.filter((result) => !result.optional);
  if (settings.json) {
    printData(io, {
      ...agentData(settings),
      families: shown.map(({ backend, family, removed, data }) => ({ backend, family, ...(data ?? { removed }) })),
      warnings: warnings.all(),
    });
  } else {
    for (const { backend, family, done, removed, error } of shown) {
      if (error !== undefined) io.warn(`${family} (${backend}): ${error}`);
      else io.print(`${family} (${backend}): ${removed ? io.color.yellow(done) : done}`);
    }
  }
  return shown.some(({ error }) => error !== undefined) ? 1 : 0;
}
