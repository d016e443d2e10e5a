// The page.
import { useSignal } from "@preact/signals";
import { countOmitted, countProblems, formatDuration, type Severity } from "../config/index.ts";
import { Addresses } from "./addresses.tsx";
import { copy } from "./copy.ts";
import { Editor } from "./editor.tsx";
import { type Evaluation, FILE } from "./evaluate.ts";
import { EXAMPLES } from "./examples.ts";
import { FlagControls } from "./flags.tsx";
import { decisive } from "./lines.ts";
import { Picture } from "./picture.tsx";
import { Plan } from "./plan.tsx";
import { Rules } from "./rules.tsx";
import { packState, type Tab } from "./state.ts";
import { compare, config, evaluation, flags, inForce, other, pointed, state, tab } from "./store.ts";
import { Tabs } from "./tabs.tsx";
import { plural } from "./words.ts";

const VIEWS: Readonly<Record<Tab, { readonly label: string; readonly view: () => preact.JSX.Element }>> = {
  picture: { label: "Picture", view: Picture },
  addresses: { label: "Try an address", view: Addresses },
  rules: { label: "Rules", view: Rules },
  plan: { label: "Plan", view: Plan },
};

const NO_DIAGNOSTICS = [] as const;

export function App() {
  const View = VIEWS[tab.value].view;
  return (
    <>
      <header>
        <h1>ip-masq-agent preview</h1>
        <p>What a config does, before a node does it. Nothing leaves this page.</p>
        <Share />
      </header>
      <main>
        <section class="left" aria-label="Config">
          <ConfigEditors />
          <FlagControls />
        </section>
        <section class="right" aria-label="What it does">
          <Tabs
            tabs={Object.entries(VIEWS).map(([name, { label }]) => ({ name: name as Tab, label }))}
            chosen={tab.value}
            onChoose={(name) => {
              tab.value = name;
            }}
          >
            {inForce.value.stale && inForce.value.policy && (
              <p class="stale" role="status">
                What is set is invalid: this is of the last valid one, which would stay in force.
              </p>
            )}
            <View />
          </Tabs>
        </section>
      </main>
    </>
  );
}

function ConfigEditors() {
  const { parsed } = evaluation.value;
  const mark = markOf(parsed.texts.get(FILE) ?? "");
  return (
    <>
      <div class="bar">
        <h2>Config</h2>
        <select
          aria-label="Start from an example"
          value=""
          onChange={(event) => {
            const example = EXAMPLES[Number(event.currentTarget.value)];
            event.currentTarget.value = "";
            if (!example) return;
            config.value = example.config;
            flags.value = example.flags;
          }}
        >
          <option value="">Examples…</option>
          {EXAMPLES.map(({ name }, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
        <button
          type="button"
          aria-pressed={compare.value !== undefined}
          onClick={() => {
            compare.value = compare.value === undefined ? config.value : undefined;
          }}
        >
          {compare.value === undefined ? "Compare" : "Stop comparing"}
        </button>
      </div>
      <div class="frame" data-testid="config">
        <Editor
          label="Config"
          text={config.value}
          diagnostics={parsed.diagnostics}
          mark={mark}
          onChange={(text) => {
            config.value = text;
          }}
        />
      </div>
      <Summary {...evaluation.value} testid="summary" />
      {compare.value !== undefined && (
        <>
          <h2>Compared with</h2>
          <div class="frame" data-testid="compare">
            <Editor
              label="Config to compare with"
              text={compare.value}
              diagnostics={other.value?.parsed.diagnostics ?? NO_DIAGNOSTICS}
              mark={undefined}
              onChange={(text) => {
                compare.value = text;
              }}
            />
          </div>
          {other.value && <Summary {...other.value} testid="summary-compare" />}
        </>
      )}
    </>
  );
}

/**
 * Where the entry is written that decides about what is pointed at, or tried; undefined where it is not in the text, as one
 * of the other config, or one of a text that has changed since.
 */
function markOf(text: string) {
  const { policy = [], stale } = inForce.value;
  const rule = pointed.value ?? decisive.value;
  if (!rule?.origin || stale || !policy.some(({ rules }) => rules.includes(rule))) return undefined;
  const { line, column } = rule.origin;
  // As it is written it ends before a blank, a comment or what closes a list.
  const rest = (text.split("\n")[line - 1] ?? "").slice(column - 1);
  return { line, column, length: /^["']?[\w.:/]+["']?/.exec(rest)?.[0].length ?? 1 };
}

/** Problems that are shown as text; the editor marks more. */
const SHOWN = 20;

/** Is it valid, in the words of `check`; and what is wrong, for those who cannot point at it. */
function Summary({ parsed, testid }: Evaluation & { readonly testid: string }) {
  const { config: valid, diagnostics, omitted } = parsed;
  const count = (severity: Severity) => countProblems(parsed, severity);
  const more = Math.max(0, diagnostics.length - SHOWN) + countOmitted(omitted);
  const warnings = count("warning") > 0 ? `, ${plural(count("warning"), "warning")}` : "";
  return (
    <div class="summary">
      <p role="status" data-testid={testid} class={valid ? "fine" : "problem"}>
        {valid
          ? `valid: ${plural(valid.nonMasqueradeCIDRs.length, "CIDR")}, resync every ${formatDuration(valid.resyncInterval)}${warnings}`
          : `invalid: ${plural(count("error"), "error")}${warnings}`}
      </p>
      {diagnostics.length > 0 && (
        <ul class="diagnostics">
          {diagnostics.slice(0, SHOWN).map(({ severity, line, column, message, hint, code }) => (
            <li key={`${line}:${column}:${code}`} class={severity}>
              <b>
                {line}:{column}
              </b>{" "}
              {message}
              {hint && <small>{hint}</small>}
            </li>
          ))}
          {more > 0 && <li>… and {more} more</li>}
        </ul>
      )}
    </div>
  );
}

/** Puts the state into the address, from where it can be copied; nothing is sent. */
function Share() {
  const said = useSignal("");
  const share = async () => {
    history.replaceState(null, "", `#${await packState(state.value)}`);
    said.value = (await copy(location.href)) ? "the link is copied" : "the link is in the address bar";
  };
  return (
    <div class="share">
      <span role="status">{said.value}</span>
      <button type="button" onClick={share}>
        Share
      </button>
    </div>
  );
}
