// What plan would print on a node whose iptables-save is pasted here.
import { desiredChain, diffChain, formatChange, readObserved, type Transaction } from "../backends/iptables/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { Code } from "./code.tsx";
import { inForce, observed } from "./store.ts";

const TOOLS = { ipv4: "iptables-save", ipv6: "ip6tables-save" } as const;

export function Plan() {
  const { policy } = inForce.value;
  if (!policy) return <p class="note">The plan comes with a valid config.</p>;
  return (
    <>
      <p class="note">
        Paste what a node prints, and see what a sync would change there: what <code>ip-masq-agent plan</code> prints.
      </p>
      {policy.map((part) => (
        <FamilyPlan key={part.family} policy={part} />
      ))}
    </>
  );
}

function FamilyPlan({ policy }: { policy: FamilyPolicy }) {
  const { family } = policy;
  const text = observed.value[family];
  const planned = text.trim() === "" ? undefined : plan(policy, text);
  return (
    <div class="block">
      <label>
        <code>{TOOLS[family]} -t nat</code>
        <textarea
          rows={6}
          spellcheck={false}
          value={text}
          placeholder="*nat …"
          onInput={(event) => {
            observed.value = { ...observed.value, [family]: event.currentTarget.value };
          }}
        />
      </label>
      <p class={planned?.ok === false ? "problem" : "note"} role="status" data-testid={`plan-said-${family}`}>
        {planned?.said}
      </p>
      {planned?.ok && planned.transaction && (
        <Code
          label={`Changes, ${family}`}
          testid={`plan-${family}`}
          lines={planned.transaction.changes.map((change) => ({ text: formatChange(change), kind: change.op }))}
        />
      )}
    </div>
  );
}

type Planned =
  | { readonly ok: true; readonly said: string; readonly transaction: Transaction | undefined }
  | { readonly ok: false; readonly said: string };

function plan(policy: FamilyPolicy, text: string): Planned {
  try {
    const dump = new TextEncoder().encode(text.endsWith("\n") ? text : `${text}\n`);
    const transaction = diffChain(desiredChain(policy), readObserved(dump, policy.chain));
    if (!transaction) return { ok: true, said: "in sync", transaction };
    const { added, removed } = transaction.counts;
    return { ok: true, said: `rules: ${added} to add, ${removed} to remove`, transaction };
  } catch (error) {
    return { ok: false, said: `this is no dump of table nat: ${(error as Error).message}` };
  }
}
