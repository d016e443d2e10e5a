// The page.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { version } from "../../package.json";
import { Ask } from "./ask.tsx";
import { Changes } from "./compared.tsx";
import { Configs } from "./configs.tsx";
import { Drop } from "./drop.tsx";
import { Entries } from "./entries.tsx";
import { FlagControls } from "./flags.tsx";
import { Flows } from "./flows.tsx";
import { Help } from "./help.tsx";
import { MapView } from "./map.tsx";
import { Plan } from "./plan.tsx";
import { Reference } from "./reference.tsx";
import { Rules } from "./rules.tsx";
import { copy } from "./save.ts";
import { StaleNote } from "./stale-note.tsx";
import { packState, type Tab } from "./state.ts";
import { before, evaluationBefore, state, tab } from "./store.ts";
import { Tabs } from "./tabs.tsx";

const VIEWS: Readonly<Record<Tab, { readonly label: string; readonly view: () => preact.JSX.Element }>> = {
  entries: { label: "Entries", view: Entries },
  changes: { label: "Changes", view: Changes },
  map: { label: "Map", view: MapView },
  flows: { label: "Flows", view: Flows },
  rules: { label: "Rules", view: Rules },
  plan: { label: "Plan", view: Plan },
};

const TABS = Object.entries(VIEWS).map(([name, { label }]) => ({ name: name as Tab, label }));

export function App() {
  const isAnswered = useSignal(false);
  // Paint the answer first: creating an editor takes longer than everything else.
  useEffect(() => {
    requestAnimationFrame(() => {
      setTimeout(() => {
        isAnswered.value = true;
      });
    });
  }, []);
  return (
    <>
      <header>
        <h1>ip-masq-agent preview</h1>
        <p>See what a config does before a node applies it.</p>
        <Share />
        <Help />
      </header>
      <main>
        <Ask />
        {isAnswered.value && <Workplace />}
      </main>
      {isAnswered.value && <Footer />}
      <Drop />
    </>
  );
}

/** The config and its effect. */
function Workplace() {
  const View = VIEWS[tab.value].view;
  return (
    <>
      <section class="left" aria-label="Config and flags">
        <Configs />
        <FlagControls />
      </section>
      <section class="right" aria-label="What it does">
        <Tabs
          tabs={TABS}
          chosen={tab.value}
          onChoose={(name) => {
            tab.value = name;
          }}
        >
          <StaleNote what="This view" testid="stale" />
          {before.value && !evaluationBefore.value?.policy && (
            <p class="stale" role="status" data-testid="stale-before">
              Before is invalid, so nothing is compared.
            </p>
          )}
          <View />
        </Tabs>
      </section>
    </>
  );
}

function Footer() {
  return (
    <footer>
      <p>
        ip-masq-agent {version} · Nothing you enter leaves this page ·{" "}
        <a href="https://kubernetes.io/docs/tasks/administer-cluster/ip-masq-agent/" rel="noreferrer" target="_blank">
          Kubernetes: IP masquerade agent
        </a>
      </p>
      <Reference />
    </footer>
  );
}

/** Puts the state into the page's address and copies the link. Sends nothing. */
function Share() {
  const status = useSignal("");
  const share = async () => {
    history.replaceState(null, "", `#${await packState(state.value)}`);
    status.value = (await copy(location.href)) ? "Link copied" : "The link is in the address bar";
  };
  return (
    <div class="share">
      <span role="status">{status.value}</span>
      <button type="button" onClick={share}>
        Share
      </button>
    </div>
  );
}
