// The page's state as signals, and what follows from it.
import { batch, computed, effect, signal } from "@preact/signals";
import { diffSpaces, type PolicyRule } from "../policy/index.ts";
import { backendFor, type Evaluation, evaluate } from "./evaluate.ts";
import { ipv4SpaceOf, stretchesOf, WHOLE } from "./space.ts";
import { EMPTY_STATE, type PageState } from "./state.ts";

export const config = signal(EMPTY_STATE.config);
export const compare = signal(EMPTY_STATE.compare);
export const flags = signal(EMPTY_STATE.flags);
export const addresses = signal(EMPTY_STATE.addresses);
export const place = signal(EMPTY_STATE.place);
export const observed = signal(EMPTY_STATE.observed);
export const tab = signal(EMPTY_STATE.tab);

/** The block that the map shows. */
export const view = signal(WHOLE);

/** The rule that decides about what is pointed at. */
export const pointed = signal<PolicyRule | undefined>(undefined);

export const state = computed<PageState>(() => ({
  config: config.value,
  compare: compare.value,
  flags: flags.value,
  addresses: addresses.value,
  place: place.value,
  observed: observed.value,
  tab: tab.value,
}));

export function setState(next: PageState): void {
  batch(() => {
    config.value = next.config;
    compare.value = next.compare;
    flags.value = next.flags;
    addresses.value = next.addresses;
    place.value = next.place;
    observed.value = next.observed;
    tab.value = next.tab;
  });
}

/** A text that takes long to evaluate is evaluated at once, and again when the typing pauses. */
const LONG_TEXT = 20_000;
const PAUSE_MS = 250;

/** The config as it was when it was evaluated last. */
const paused = signal(config.value);
let timer: ReturnType<typeof setTimeout> | undefined;
let changed = Number.NEGATIVE_INFINITY;
effect(() => {
  const text = config.value;
  clearTimeout(timer);
  const take = () => {
    paused.value = text;
  };
  const now = performance.now();
  if (text.length < LONG_TEXT || now - changed > PAUSE_MS) take();
  else timer = setTimeout(take, PAUSE_MS);
  if (text.length >= LONG_TEXT) changed = now;
});

export const evaluation = computed<Evaluation>(() => evaluate(paused.value, flags.value));

/** As for the agent the last valid config stays in force; `stale`: the text or a flag has become invalid since. */
export interface InForce {
  readonly config: string;
  readonly flags: PageState["flags"];
  readonly policy: Evaluation["policy"];
  readonly stale: boolean;
}

let lastValid: Omit<InForce, "stale"> = { config: "", flags: EMPTY_STATE.flags, policy: undefined };

export const inForce = computed<InForce>(() => {
  const { policy } = evaluation.value;
  if (policy) lastValid = { config: paused.value, flags: flags.value, policy };
  return { ...lastValid, stale: policy === undefined };
});

/** Does the config demand nftables, whatever the flags say? */
export const isEnforced = computed(() => inForce.value.policy?.some(({ enforceKeep }) => enforceKeep) === true);

/** The backend whose rules are shown. */
export const backend = computed(() => backendFor(inForce.value.flags, isEnforced.value));

/** The config that is compared with; undefined where there is none. */
export const other = computed<Evaluation | undefined>(() =>
  compare.value === undefined ? undefined : evaluate(compare.value, flags.value),
);

const ipv4 = (policy: Evaluation["policy"]) => policy?.find(({ family }) => family === "ipv4");

const space = computed(() => {
  const policy = ipv4(inForce.value.policy);
  return policy && ipv4SpaceOf(policy);
});

const otherSpace = computed(() => {
  const policy = ipv4(other.value?.policy);
  return policy && ipv4SpaceOf(policy);
});

export const stretches = computed(() => space.value && stretchesOf(space.value));

export const otherStretches = computed(() => otherSpace.value && stretchesOf(otherSpace.value));

/** The IPv4 addresses whose verdict differs from that under the config that is compared with; undefined without one. */
export const changes = computed(() => otherSpace.value && space.value && diffSpaces(otherSpace.value, space.value));
