// The page's state as signals, and what follows from it.
import { batch, computed, signal } from "@preact/signals";
import type { PolicyEntry } from "../policy/index.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { stretchesOf } from "./space.ts";
import { EMPTY_STATE, type PageState } from "./state.ts";

export const config = signal(EMPTY_STATE.config);
export const compare = signal(EMPTY_STATE.compare);
export const flags = signal(EMPTY_STATE.flags);
export const addresses = signal(EMPTY_STATE.addresses);
export const observed = signal(EMPTY_STATE.observed);
export const tab = signal(EMPTY_STATE.tab);

/** The entry that the editor shows: the one that decides about what is pointed at. */
export const shown = signal<PolicyEntry | undefined>(undefined);

export const state = computed<PageState>(() => ({
  config: config.value,
  compare: compare.value,
  flags: flags.value,
  addresses: addresses.value,
  observed: observed.value,
  tab: tab.value,
}));

export function setState(next: PageState): void {
  batch(() => {
    config.value = next.config;
    compare.value = next.compare;
    flags.value = next.flags;
    addresses.value = next.addresses;
    observed.value = next.observed;
    tab.value = next.tab;
  });
}

export const evaluation = computed<Evaluation>(() => evaluate(config.value, flags.value));

let lastValid: Evaluation["policy"];

/** As for the agent the last valid config stays in force: its policy, and whether the text has become invalid since. */
export const inForce = computed(() => {
  const { policy } = evaluation.value;
  lastValid = policy ?? lastValid;
  return { policy: lastValid, stale: policy === undefined };
});

/** The config that is compared with; undefined where there is none. */
export const other = computed<Evaluation | undefined>(() =>
  compare.value === undefined ? undefined : evaluate(compare.value, flags.value),
);

const ipv4 = (policy: Evaluation["policy"]) => policy?.find(({ family }) => family === "ipv4");

export const stretches = computed(() => {
  const policy = ipv4(inForce.value.policy);
  return policy && stretchesOf(policy);
});

export const otherStretches = computed(() => {
  const policy = ipv4(other.value?.policy);
  return policy && stretchesOf(policy);
});
