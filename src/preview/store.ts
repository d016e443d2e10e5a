// The page's state as signals, and everything that is computed from it.
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Config } from "../config/index.ts";
import { diffSpaces, type PolicyRule } from "../policy/index.ts";
import { backendFor, type Evaluation, evaluate } from "./evaluate.ts";
import { ipv4SpaceOf, stretchesOf, WHOLE } from "./space.ts";
import { type ConfigText, EMPTY_STATE, type PageState } from "./state.ts";

export const question = signal(EMPTY_STATE.question);
export const files = signal(EMPTY_STATE.files);
export const before = signal(EMPTY_STATE.before);
export const flags = signal(EMPTY_STATE.flags);
export const addresses = signal(EMPTY_STATE.addresses);
export const place = signal(EMPTY_STATE.place);
export const sourcePlace = signal(EMPTY_STATE.sourcePlace);
export const observed = signal(EMPTY_STATE.observed);
export const tab = signal(EMPTY_STATE.tab);

/** The names of the files that are open in the editors; an unknown name stands for the first. */
export const openFile = signal("");
export const openFileBefore = signal("");

/** Whether the editors are unfolded. On a wide screen they always are. */
export const isEditing = signal(false);

/** The block that the map shows. */
export const view = signal(WHOLE);

/** The rules that decide about what the pointer is at, after and before. */
export const pointed = signal<PolicyRule | undefined>(undefined);
export const pointedBefore = signal<PolicyRule | undefined>(undefined);

export const state = computed<PageState>(() => ({
  question: question.value,
  files: files.value,
  before: before.value,
  flags: flags.value,
  addresses: addresses.value,
  place: place.value,
  sourcePlace: sourcePlace.value,
  observed: observed.value,
  tab: tab.value,
}));

export function setState(next: PageState): void {
  batch(() => {
    question.value = next.question;
    files.value = next.files;
    before.value = next.before;
    flags.value = next.flags;
    addresses.value = next.addresses;
    place.value = next.place;
    sourcePlace.value = next.sourcePlace;
    observed.value = next.observed;
    tab.value = next.tab;
  });
}

/** Long texts are evaluated at the first change, and again when typing pauses. */
const LONG_TEXT = 20_000;
const PAUSE_MS = 250;

const lengthOf = (texts: readonly ConfigText[]) => texts.reduce((sum, { text }) => sum + text.length, 0);

/** The files as of the last evaluation. */
function pausing(texts: ReadonlySignal<readonly ConfigText[] | undefined>) {
  const paused = signal(texts.value);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let changed = Number.NEGATIVE_INFINITY;
  effect(() => {
    const now = texts.value;
    clearTimeout(timer);
    const take = () => {
      paused.value = now;
    };
    const isLong = now !== undefined && lengthOf(now) >= LONG_TEXT;
    const time = performance.now();
    if (!isLong || time - changed > PAUSE_MS) take();
    else timer = setTimeout(take, PAUSE_MS);
    if (isLong) changed = time;
  });
  return paused;
}

const paused = pausing(files);
const pausedBefore = pausing(before);

export const evaluation = computed<Evaluation>(() => evaluate(paused.value ?? [], flags.value));

/** The last valid config, as on a node; `stale` if a text or a flag is invalid now. */
export interface InForce {
  readonly files: readonly ConfigText[];
  readonly flags: PageState["flags"];
  readonly policy: Evaluation["policy"];
  readonly resyncInterval: Config["resyncInterval"] | undefined;
  readonly stale: boolean;
}

let lastValid: Omit<InForce, "stale"> = {
  ...{ files: EMPTY_STATE.files, flags: EMPTY_STATE.flags },
  ...{ policy: undefined, resyncInterval: undefined },
};

export const inForce = computed<InForce>(() => {
  const { policy, parsed } = evaluation.value;
  const resyncInterval = parsed.config?.resyncInterval;
  if (policy) lastValid = { files: paused.value ?? [], flags: flags.value, policy, resyncInterval };
  return { ...lastValid, stale: policy === undefined };
});

/** Whether the config needs nftables, whatever the flags say. */
export const isEnforced = computed(() => inForce.value.policy?.some(({ enforceKeep }) => enforceKeep) === true);

/** The backend whose rules are shown. */
export const backend = computed(() => backendFor(inForce.value.flags, isEnforced.value));

/** The previous config; undefined if there is none. */
export const evaluationBefore = computed<Evaluation | undefined>(
  () => pausedBefore.value && evaluate(pausedBefore.value, flags.value),
);

/** Whether two valid configs are compared. */
export const isCompared = computed(
  () => inForce.value.policy !== undefined && evaluationBefore.value?.policy !== undefined,
);

const ipv4 = (policy: Evaluation["policy"]) => policy?.find(({ family }) => family === "ipv4");

const space = computed(() => {
  const policy = ipv4(inForce.value.policy);
  return policy && ipv4SpaceOf(policy);
});

const spaceBefore = computed(() => {
  const policy = ipv4(evaluationBefore.value?.policy);
  return policy && ipv4SpaceOf(policy);
});

export const stretches = computed(() => space.value && stretchesOf(space.value));

export const stretchesBefore = computed(() => spaceBefore.value && stretchesOf(spaceBefore.value));

/** The IPv4 addresses whose verdict changes; undefined if nothing is compared. */
export const changes = computed(() => spaceBefore.value && space.value && diffSpaces(spaceBefore.value, space.value));
