// What render prints: the transaction of each family.
import { useSignal } from "@preact/signals";
import { Code } from "./code.tsx";
import { copy } from "./copy.ts";
import { formatRendered, type Rendered, SHOWN_BACKENDS } from "./shown-backend.ts";
import { backend, inForce } from "./store.ts";

export function Rules() {
  const { policy, flags } = inForce.value;
  if (!policy) return <p class="note">The rules come with a valid config.</p>;
  return (
    <>
      <p class="note">
        One transaction for each family, which succeeds or fails as a whole, for a node without rules of the agent.{" "}
        <code>ip-masq-agent render</code> prints the same.
      </p>
      {SHOWN_BACKENDS[backend.value].render(policy, flags).map((part) => (
        <Transaction key={part.family} part={part} />
      ))}
    </>
  );
}

function Transaction({ part }: { part: Rendered }) {
  const said = useSignal("");
  const text = formatRendered(part);
  const copyText = async () => {
    said.value = (await copy(part.transaction)) ? "copied" : "the browser does not allow it";
  };
  const download = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([part.transaction], { type: "text/plain" }));
    link.download = `ip-masq-agent.${part.family}.rules`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div class="block">
      <div class="bar">
        <h3>{part.family === "ipv4" ? "IPv4" : "IPv6"}</h3>
        <span role="status">{said.value}</span>
        <button type="button" onClick={copyText}>
          Copy
        </button>
        <button type="button" onClick={download}>
          Download
        </button>
      </div>
      <Code
        label={`Transaction for ${part.command}`}
        testid={`rules-${part.family}`}
        lines={text
          .trimEnd()
          .split("\n")
          .map((line) => ({ text: line }))}
      />
    </div>
  );
}
