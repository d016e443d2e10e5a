// The question at the top of the page, and its answer as a picture of the packet's path.

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { formatRange } from "../core/index.ts";
import {
  type Decision,
  type FamilyPolicy,
  formatConditions,
  limitsOf,
  type Part,
  type Scope,
} from "../policy/index.ts";
import { type Answer, asked } from "./asked.ts";
import { VerdictBadge } from "./badge.tsx";
import { EnableIpv6 } from "./enable-ipv6.tsx";
import { interference } from "./on-node.ts";
import { OnNode } from "./on-node-note.tsx";
import { seenBy } from "./seen.ts";
import { StaleNote } from "./stale-note.tsx";
import { inForce, isEditing, openFile, question } from "./store.ts";
import { either, ruleName, sourceName, verdictName } from "./words.ts";

/** The number of parts of a CIDR that are listed. */
const SHOWN = 64;

export function Ask() {
  const { question: read, answer, before } = asked.value;
  useEffect(followRule, []);
  return (
    <section class="ask" aria-labelledby="ask-label">
      <label id="ask-label" for="ask">
        Where does a packet to <span aria-hidden="true">…</span> go?
      </label>
      <input
        id="ask"
        type="text"
        inputMode="text"
        autocapitalize="off"
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="done"
        placeholder="10.1.2.3, 10.0.0.0/8, or 10.244.1.7 → 10.1.2.3"
        aria-describedby="ask-help"
        aria-invalid={read.kind === "unclear"}
        value={question.value}
        onInput={(event) => {
          question.value = event.currentTarget.value;
        }}
      />
      <p class="note" id="ask-help">
        An address, a CIDR, or source → destination (<code>-&gt;</code> works too). For a Service, ask about the address
        of a pod behind it.
      </p>
      <div class="answer" aria-live="polite" data-testid="answer">
        {read.kind === "unclear" && <p class="problem">{read.message}</p>}
        {read.kind === "packet" && !answer && <p class="note">The answer needs a valid config.</p>}
        {answer && <StaleNote what="This answer" testid="answer-stale" />}
        {answer && <Way answer={answer} />}
        {before && <Before answer={before} />}
        {answer && <OnNode />}
      </div>
    </section>
  );
}

/** Opens the file with the entry that decides, whenever the question changes. */
function followRule(): () => void {
  let last: string | undefined;
  return effect(() => {
    const text = question.value;
    const file = asked.value.rule?.origin?.file;
    if (text !== last && file !== undefined) openFile.value = file;
    last = text;
  });
}

function Way({ answer }: { answer: Answer }) {
  const { packet, decision, special, parts } = answer;
  const { tone, does, sees } = seenBy(answer, interference.value);
  return (
    <>
      <ol class={`way ${tone}`} data-testid="way">
        <li class="stop">
          <span class="role">Pod</span>
          <b class="address">{packet.source ?? "any pod"}</b>
        </li>
        <li class="stop node">
          <span class="role">Node</span>
          <b data-testid="does">{does}</b>
          {packet.outputInterface !== undefined && <span class="detail">leaves through {packet.outputInterface}</span>}
        </li>
        <li class="stop">
          <span class="role">Destination</span>
          <b class="address">{packet.destination}</b>
          {special && <span class="detail">{special.destination}</span>}
          {sees !== undefined && (
            <span class="sees" data-testid="sees">
              sees <b>{sees}</b>
            </span>
          )}
        </li>
      </ol>
      {special ? (
        <p class="because" data-testid="because">
          {special.cidr} {special.why}.
        </p>
      ) : (
        <>
          {decision && <Because decision={decision} hasParts={parts.length > 0} />}
          {parts.length > 0 && <Parts parts={parts} />}
        </>
      )}
    </>
  );
}

function Because({ decision, hasParts }: { decision: Decision; hasParts: boolean }) {
  const { rule, verdict, managed, outside, dependsOn, family } = decision;
  const policy = inForce.value.policy?.find((one) => one.family === family);
  return (
    <p class="because" data-testid="because">
      <VerdictBadge verdict={verdict} />
      {managed ? " " : ": "}
      {!managed ? (
        <>
          without <code>--enable-ipv6</code> the agent writes no IPv6 rules, so every IPv6 packet keeps its address.{" "}
          <EnableIpv6 />
        </>
      ) : outside ? (
        OUTSIDE[outside]
      ) : hasParts ? (
        "whichever entry decides"
      ) : rule?.origin ? (
        <>
          by{" "}
          <button
            type="button"
            class="link"
            onClick={() => {
              openFile.value = rule.origin?.file ?? "";
              isEditing.value = true;
              document.querySelector(".config:last-of-type .frame")?.scrollIntoView({ block: "nearest" });
            }}
          >
            {rule.prefix.network}
          </button>
          , {sourceName(rule)}
        </>
      ) : rule ? (
        `by ${ruleName(rule)}`
      ) : (
        "because no entry contains it"
      )}
      {policy && managed && verdict.kind !== "keep" && <Conditions policy={policy} dependsOn={dependsOn} />}
      {enforcement(policy, decision)}.
    </p>
  );
}

/** Says what the verdict depends on: the conditions that the packet meets, and those that it must meet. */
function Conditions({ policy: { scope }, dependsOn }: { policy: FamilyPolicy; dependsOn: Decision["dependsOn"] }) {
  const met = limitsOf(scope).filter((part) => !dependsOn.includes(part));
  const conditions = (parts: Decision["dependsOn"]) => parts.map((part) => condition(part, scope)).join(" and ");
  return (
    <>
      {met.length > 0 && `, as ${conditions(met)}`}
      {dependsOn.length > 0 && (
        <>
          , <b>if {conditions(dependsOn)}</b>; otherwise the packet keeps its address
        </>
      )}
    </>
  );
}

const OUTSIDE = {
  source: "because its source is not in sourceCIDRs",
  outputInterface: "because its interface is not in outputInterfaces",
} as const;

function condition(part: Decision["dependsOn"][number], { sources, outputInterfaces }: Scope): string {
  if (part === "source")
    return `it comes from ${either(sources === "any" ? [] : sources.map(({ network }) => network))}`;
  return `it leaves through ${either(outputInterfaces === "any" ? [] : outputInterfaces)}`;
}

const enforcement = (policy: FamilyPolicy | undefined, { verdict, managed }: Decision): string =>
  policy?.enforceKeep && managed && verdict.kind === "keep" ? "; no other program can translate it" : "";

function Parts({ parts }: { parts: readonly Part[] }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable */}
      <section class="wide parts" aria-label="Parts" tabIndex={0}>
        <table data-testid="parts">
          <tbody>
            {parts.slice(0, SHOWN).map(({ first, last, decision }) => (
              <tr key={first}>
                <td>
                  <code>{formatRange(decision.family, first, last)}</code>
                </td>
                <td>
                  <VerdictBadge verdict={decision.verdict} />
                </td>
                <td>
                  {ruleName(decision.rule)}
                  {formatConditions(decision.dependsOn)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {parts.length > SHOWN && <p class="note">and {parts.length - SHOWN} more parts</p>}
    </>
  );
}

/** Shows the answer under the previous config, if it differs. */
function Before({ answer: { decision } }: { answer: Answer }) {
  return (
    <p class="changed-answer" data-testid="answer-before">
      Before:{" "}
      {decision ? (
        <>
          {verdictName(decision.verdict)}, by {ruleName(decision.rule)}
        </>
      ) : (
        "different for parts of the CIDR"
      )}
    </p>
  );
}
