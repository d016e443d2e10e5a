// What `render` prints: each family's transaction, or its difference from that of the previous config.
import { useSignal } from "@preact/signals";
import { Code } from "./code.tsx";
import { diffTexts } from "./diff.ts";
import { backendFor } from "./evaluate.ts";
import { copy, download } from "./save.ts";
import { formatRendered, type Rendered, SHOWN_BACKENDS } from "./shown-backend.ts";
import { backend, evaluationBefore, flags as flagsNow, inForce } from "./store.ts";

export function Rules() {
  const { policy, flags } = inForce.value;
  if (!policy) return <p class="note">The rules are shown once the config is valid.</p>;
  const old = evaluationBefore.value?.policy;
  const isEnforced = old?.some(({ enforceKeep }) => enforceKeep) === true;
  const before = old && SHOWN_BACKENDS[backendFor(flagsNow.value, isEnforced)].render(old, flags);
  return (
    <>
      <p class="note">
        {before
          ? "The difference between the rules before and after."
          : "One transaction per family, which succeeds or fails as a whole, for a node without the agent’s rules."}{" "}
        <code>ip-masq-agent render</code> prints {before ? "either" : "the same"}.
      </p>
      {SHOWN_BACKENDS[backend.value].render(policy, flags).map((part) => (
        <Transaction key={part.family} part={part} before={before?.find(({ family }) => family === part.family)} />
      ))}
    </>
  );
}

const NAMES = { ipv4: "IPv4", ipv6: "IPv6" } as const;

function Transaction({ part, before }: { readonly part: Rendered; readonly before: Rendered | undefined }) {
  const status = useSignal("");
  const text = formatRendered(part);
  const lines = before
    ? diffTexts(formatRendered(before), text)
    : text
        .trimEnd()
        .split("\n")
        .map((line) => ({ text: line }));
  return (
    <div class="block">
      <div class="bar">
        <h3>{NAMES[part.family]}</h3>
        <span role="status">{status.value}</span>
        <button
          type="button"
          onClick={async () => {
            status.value = (await copy(part.transaction)) ? "Copied" : "The browser does not allow copying";
          }}
        >
          Copy
        </button>
        <button type="button" onClick={() => download(`ip-masq-agent.${part.family}.rules`, part.transaction)}>
          Download
        </button>
      </div>
      <Code
        label={`Transaction for ${part.command}, ${NAMES[part.family]}`}
        testid={`rules-${part.family}`}
        lines={lines}
      />
    </div>
  );
}
