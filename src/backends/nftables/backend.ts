// The backend that keeps its own table in nftables.
import type { Family } from "../../core/index.ts";
import { type Host, runCooperatively, ToolError, thisHost } from "../../host/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
import type { Backend, InspectedRule } from "../backend.ts";
import { converge } from "../converge.ts";
import { describeRules } from "../describe.ts";
import { NFT_FAMILY } from "../nft-family.ts";
import { countersOf, entriesOf } from "./counters.ts";
import { desiredTableInSteps } from "./desired.ts";
import { type DiffOptions, diffTableInSteps, removeTable } from "./diff.ts";
import { readMeaning } from "./meaning.ts";
import type { ObservedTable } from "./observed.ts";
import { formatElement, placeOf } from "./table.ts";
import { commit, listTable } from "./tools.ts";

/** A larger table that was written as a whole is not read again, because nft takes 2 s to list 100,000 elements. */
const MAX_VERIFIED = 20_000;

/** Opens the backend for the tables of this name. `warn` receives further findings. */
export function nftablesBackend(
  table: string,
  warn: (message: string) => void,
  { run, withWriteLock }: Host = thisHost,
): Backend {
  const list = (family: Family) => listTable(run, family, table);
  const observe = async (family: Family) => (await list(family)).observed;
  const desired = (policy: FamilyPolicy) => runCooperatively(desiredTableInSteps(policy, table));
  const diff = async (policy: FamilyPolicy, observed: ObservedTable, options?: DiffOptions) => {
    const edit = await runCooperatively(diffTableInSteps(await desired(policy), observed, options));
    return edit && { ...edit, meaning: () => readMeaning(policy, table, observed) };
  };
  const lockName = (family: Family) => `nftables/${family}/${table}`;
  /** If nft refuses a transaction, nothing has changed; the next read decides how to continue. */
  const tryCommit = async (text: string) => {
    try {
      await commit(run, text);
      return "written" as const;
    } catch (error) {
      if (error instanceof ToolError) return error;
      throw error;
    }
  };
  return {
    name: "nftables",
    unit: "rules and elements",
    place: ({ family }) => placeOf({ family, name: table }, "table"),
    count: async (policy) => {
      const { sets, chains } = await desired(policy);
      const elements = sets.reduce((sum, set) => sum + set.elements.length, 0);
      return chains.reduce((sum, { rules }) => sum + rules.length, elements);
    },
    describe: describeRules,
    trace: {
      table,
      writer: "nft",
      concerns: (event, { family }) => event.family === NFT_FAMILY[family] && event.table === table,
    },
    plan: async (policy) => diff(policy, await observe(policy.family)),
    inspect: async (policy) => {
      const { text, observed } = await list(policy.family);
      const rules = rulesOf(policy, table, observed);
      return {
        exists: observed.exists,
        entries: entriesOf(policy, table, observed),
        rules,
        text,
        facts: { tableExists: observed.exists, rules },
        transaction: await diff(policy, observed),
      };
    },
    sync: (policy, past) => {
      // An edit that was refused, or had the wrong effect, is not tried again: deleting intervals has had bugs.
      let anew = false;
      return converge({
        wanted: policy,
        observe: () => observe(policy.family),
        diff: (wanted, observed) => diff(wanted, observed, { anew }),
        commit: async ({ text, isWhole, counts }) => {
          anew = true;
          const committed = await tryCommit(text);
          // The kernel has applied the whole text or none of it, so reading the table again would show the same.
          return committed === "written" && isWhole && counts.added > MAX_VERIFIED ? "verified" : committed;
        },
        past,
        locked: (work) => withWriteLock(lockName(policy.family), warn, work),
      });
    },
    counters: async (policy) => countersOf(policy, table, await observe(policy.family)),
    planCleanup: async (family) => removeTable({ family, name: table }, await observe(family)),
    cleanup: (family) =>
      converge({
        wanted: { family, name: table },
        observe: () => observe(family),
        diff: removeTable,
        commit: ({ text }) => tryCommit(text),
        locked: (work) => withWriteLock(lockName(family), warn, work),
      }),
    describeCleanup: (_chain, written) =>
      written ? `removed: table ${table}` : `table ${table} not found; nothing to remove`,
    isUnreadable: (error) =>
      error instanceof ToolError &&
      /^(failed|missing|unreadable)$/.test(error.reason) &&
      / list table /.test(error.command),
  };
}

/** The table's rules and elements, with their counters if they have any. */
function rulesOf(policy: FamilyPolicy, name: string, observed: ObservedTable): readonly InspectedRule[] {
  const { family } = policy;
  const rules = observed.frame
    .filter((line) => line.startsWith("rule "))
    .map((rule): InspectedRule => ({ rule, ...observed.counters.get(rule) }));
  const elements = [...observed.elements].flatMap(([set, all]) =>
    all.map((element): InspectedRule => {
      const rule = `${placeOf({ family, name }, "element")} ${set} { ${formatElement(element)} }`;
      return { rule, ...element.counter };
    }),
  );
  return [...rules, ...elements];
}
