// ip-masq-agent cleanup: the chain and the jumps to it are removed, nothing else is touched.
import { AUTO, BACKENDS } from "../backends/index.ts";
import { describeError } from "../errors/index.ts";
import { isMissing } from "../host/index.ts";
import { type Io, printJson } from "./io.ts";
import { agentData, findAgents, findKeeper } from "./running-agent.ts";
import type { Settings } from "./settings.ts";
import { collectWarnings } from "./warnings.ts";

/**
 * Cleans every family, in every place where the backend, or without --backend any of them, may have kept it. Exit 0 if
 * nothing of ours is left. Of a CNI config nothing is taken back.
 */
export async function cleanup(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { backend: choice, backendFlag: flag } = settings;
  const kinds = choice === AUTO ? BACKENDS : [choice];
  const { chain, ipv6 } = settings.policy;
  const warnings = collectWarnings(io);
  const opened = await Promise.all(
    kinds.map(async (kind) => {
      const backends = await kind.openAll({ chain, flag, warn: warnings.warn });
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
        // Without tools nothing can have been written; and a node without IPv6 has no rules of it: only callers that ask for the
        // family is told that it cannot be read.
        const optional =
          (choice === AUTO && isMissing(error)) || (family === "ipv6" && !ipv6 && backend.isUnreadable(error));
        return { backend: name, family, error: describeError(error), optional };
      }
    }),
  );
  const keeper = results.some(({ removed }) => removed) ? findKeeper(chain, findAgents()) : undefined;
  if (keeper) {
    warnings.warn(
      `the agent that runs here (pid ${keeper.pid}) writes the rules again at its next sync: stop it first`,
    );
  }
  const shown = results.filter((result) => !result.optional);
  if (settings.json) {
    printJson(io, {
      ...agentData(settings),
      families: shown.map(({ backend, family, removed, error }) =>
        error === undefined ? { backend, family, removed } : { backend, family, error },
      ),
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
