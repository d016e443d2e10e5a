// A note below the answer if pasted rules of other programs override it.
import type { Interference } from "./interference.ts";
import { interference } from "./on-node.ts";
import { tab } from "./store.ts";
import { either, plural } from "./words.ts";

/** The number of rules that are named; the view shows all. */
const SHOWN = 3;

export function OnNode() {
  const more = interference.value.length - SHOWN;
  return (
    <>
      {interference.value.slice(0, SHOWN).map((one, i) => (
        <p key={i} class="problem" data-testid="answer-node">
          On the node whose rules are pasted, {sentence(one)}
          {one.rule === undefined ? "." : ": "}
          {one.rule !== undefined && <code>{one.rule}</code>}{" "}
          <button
            type="button"
            class="link"
            onClick={() => {
              tab.value = "plan";
            }}
          >
            Show it
          </button>
        </p>
      ))}
      {more > 0 && <p class="note">and {plural(more, "more rule")} of other programs</p>}
    </>
  );
}

function sentence({ owner, kind, isCertain, dependsOn }: Interference): string {
  const subject = owner === undefined ? "another program's rule" : `a rule of ${owner}`;
  const [does, may] = ACTIONS[kind];
  const on = dependsOn.length > 0 ? `, depending on the ${either(dependsOn)}` : "";
  return `${subject} ${isCertain ? does : may}${on}`;
}

/** What a rule does, certainly and possibly. */
const ACTIONS: Readonly<Record<Interference["kind"], readonly [does: string, may: string]>> = {
  masquerades: ["translates this packet anyway", "may translate this packet anyway"],
  translates: ["translates this packet anyway", "may translate this packet anyway"],
  passes: [
    "lets this packet pass before it reaches the agent's rules",
    "may let this packet pass before it reaches the agent's rules",
  ],
  drops: ["drops this packet", "may drop this packet"],
  unknown: [
    "may treat this packet differently; this page cannot interpret its target",
    "may treat this packet differently; this page cannot interpret its target",
  ],
};
