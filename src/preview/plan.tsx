// What `plan` would print on the node whose rules were pasted.
import type { FamilyPolicy } from "../policy/index.ts";
import { Code } from "./code.tsx";
import { Foreign } from "./foreign.tsx";
import { type Paste, SHOWN_BACKENDS, type ShownBackend, type Transaction } from "./shown-backend.ts";
import { backend, inForce, observed } from "./store.ts";

export function Plan() {
  const { policy } = inForce.value;
  if (!policy) return <p class="note">The plan is shown once the config is valid.</p>;
  const shown = SHOWN_BACKENDS[backend.value];
  // Other programs may use any of these backends.
  const others = Object.values(SHOWN_BACKENDS)
    .filter((one) => one !== shown)
    .flatMap(({ pastes }) => pastes);
  return (
    <>
      <p class="note">
        Paste the output of these commands on a node, or drop it anywhere on the page. This view shows what a sync would
        change, as <code>ip-masq-agent plan --rules</code> prints it, and which rules of other programs override the
        config.
      </p>
      {shown.pastes.map((paste) => (
        <PastePlan
          key={paste.key}
          shown={shown}
          paste={paste}
          policy={policy.filter(({ family }) => paste.families.includes(family))}
        />
      ))}
      {others
        .filter((paste) => policy.some(({ family }) => paste.families.includes(family)))
        .map((paste) => (
          <PasteField key={paste.key} paste={paste} />
        ))}
      {policy.map((part) => (
        <Foreign key={part.family} policy={part} />
      ))}
    </>
  );
}

/** A field for the output of a command on a node. */
function PasteField({ paste: { key, command, placeholder } }: { readonly paste: Paste }) {
  return (
    <label>
      <code>{command}</code>
      <textarea
        rows={6}
        spellcheck={false}
        value={observed.value[key]}
        placeholder={placeholder}
        onInput={(event) => {
          observed.value = { ...observed.value, [key]: event.currentTarget.value };
        }}
      />
    </label>
  );
}

interface PastePlanProps {
  readonly shown: ShownBackend;
  readonly paste: Paste;
  readonly policy: readonly FamilyPolicy[];
}

function PastePlan({ shown, paste, policy }: PastePlanProps) {
  const text = observed.value[paste.key];
  if (policy.length === 0) return null;
  const plans = policy.map((part) => (text.trim() === "" ? undefined : plan(shown, part, text)));
  return (
    <div class="block">
      <PasteField paste={paste} />
      {policy.map((part, i) => (
        <FamilyPlan
          key={part.family}
          policy={part}
          // If the text cannot be read, this applies to both families.
          planned={i > 0 && plans[0]?.ok === false ? undefined : plans[i]}
          title={policy.length > 1 && plans[0]?.ok ? { ipv4: "IPv4: ", ipv6: "IPv6: " }[part.family] : ""}
        />
      ))}
    </div>
  );
}

interface FamilyPlanProps {
  readonly policy: FamilyPolicy;
  readonly planned: Planned | undefined;
  readonly title: string;
}

function FamilyPlan({ policy: { family }, planned, title }: FamilyPlanProps) {
  return (
    <>
      <p class={planned?.ok === false ? "problem" : "note"} role="status" data-testid={`plan-status-${family}`}>
        {planned && `${title}${planned.status}`}
      </p>
      {planned?.ok && planned.transaction && (
        <Code
          label={`Changes, ${family}`}
          testid={`plan-${family}`}
          lines={planned.transaction.changes.map((change) => ({ text: change.line, kind: change.op }))}
        />
      )}
    </>
  );
}

type Planned =
  | { readonly ok: true; readonly status: string; readonly transaction: Transaction | undefined }
  | { readonly ok: false; readonly status: string };

function plan({ unit, listing, plan }: ShownBackend, policy: FamilyPolicy, text: string): Planned {
  try {
    const transaction = plan(policy, inForce.value.flags, text);
    if (!transaction) return { ok: true, status: "in sync", transaction };
    const { added, removed } = transaction.counts;
    return { ok: true, status: `${unit}: ${added} to add, ${removed} to remove`, transaction };
  } catch (error) {
    return { ok: false, status: `this is not ${listing}: ${(error as Error).message}` };
  }
}
