// Which backend keeps a policy on this node.
import type { Family } from "../core/index.ts";
import { isMissing, ToolError } from "../host/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Backend, Cleaner } from "./backend.ts";
import type { BackendKind, BackendOptions } from "./kind.ts";
import { BACKENDS, DEFAULT_BACKEND, ENFORCING_BACKEND } from "./registry.ts";
import { type InForce, succeeding } from "./succession.ts";

/** Lets the node and the config decide. */
export const AUTO = "auto";

/** A kind that was named, or {@link AUTO}. */
export type BackendChoice = BackendKind | typeof AUTO;

/** A backend, and why it was chosen. */
export interface Opened {
  /** Its syncs also remove what other backends left, once its own rules are in force. */
  readonly backend: Backend;
  /** In a few words: `default`, `kube-proxy runs in nftables mode`. */
  readonly reason: string;
  /** Opens the places in which other backends may have left something. */
  readonly others: () => Promise<readonly Cleaner[]>;
}

/** Returns the backend of a policy. */
export type Opener = (policy: FamilyPolicy) => Promise<Opened>;

export interface OpenOptions extends BackendOptions {
  /** Does an agent run here already? With {@link AUTO} what holds its rules is what it has chosen. */
  readonly beside?: boolean;
  /** Told what was done besides what is returned, in one line. */
  readonly note: (message: string) => void;
  /** Milliseconds since some moment. */
  readonly now?: () => number;
}

/**
 * Opens backends as policies need them. The node is asked once: to choose again later could leave rules in two places.
 * Only an open that failed is tried again. The opener throws what {@link BackendKind.open} throws.
 */
export function backendOpener(choice: BackendChoice, options: OpenOptions): Opener {
  // Whose rules alone are in force.
  const inForce = new Map<Family, InForce>();
  const kinds = new Map(
    BACKENDS.map((kind) => {
      const others = () => openOthers(kind, options);
      const open = async () => succeeding(await kind.open(options), others, inForce, options);
      return [kind, { open: once(open), others }] as const;
    }),
  );
  const find = (kind: BackendKind) => {
    const found = kinds.get(kind);
    if (!found) throw new Error(`${kind.name} is not in the registry`);
    return found;
  };
  const open = async (kind: BackendKind, reason: string): Promise<Opened> => {
    const { open, others } = find(kind);
    return { backend: await open(), reason, others };
  };
  const chosen = once((policy: FamilyPolicy) => choose(policy, options, (kind) => find(kind).open()));
  return async (policy) => {
    if (choice !== AUTO) return open(choice, `--backend=${choice.name}`);
    if (policy.enforceKeep) return open(ENFORCING_BACKEND, "the config sets enforceNonMasquerade");
    const inUse = options.beside ? await findInUse(policy, options) : undefined;
    if (inUse && !(await isHeldForOld(inUse, policy))) return { ...inUse, others: find(inUse.kind).others };
    const { kind, reason } = await chosen(policy);
    return open(kind, reason);
  };
}

/**
 * Everything of ours that the other kinds may have left. A kind whose flag names the place of the policy neither follows
 * another nor is followed: what the node's kernel holds has nothing to do with it.
 */
async function openOthers(kind: BackendKind, options: BackendOptions): Promise<readonly Cleaner[]> {
  if (kind.required) return [];
  const others = BACKENDS.filter((one) => one !== kind && !one.required);
  return (await Promise.all(others.map((other) => other.openAll(options)))).flat();
}

/** The one backend that holds rules; undefined if none does, or several do while one follows another. Writes nothing. */
async function findInUse(
  { family, chain }: FamilyPolicy,
  options: BackendOptions,
): Promise<{ readonly kind: BackendKind; readonly backend: Backend; readonly reason: string } | undefined> {
  const kinds = BACKENDS.filter(({ required }) => !required);
  const places = await Promise.all(
    kinds.map(async (kind) => (await kind.openAll(options)).map((place) => ({ kind, place }))),
  );
  const found = await Promise.all(
    places.flat().map(async ({ kind, place }) => {
      // What cannot be read here holds nothing that was written with the same tools.
      const left = await place.planCleanup(family, chain).catch(() => undefined);
      return left && isBackend(place) ? [{ kind, backend: place, reason: "in use by the agent that runs here" }] : [];
    }),
  );
  const [one, more] = found.flat();
  return more ? undefined : one;
}

/** Has the agent chosen this backend only because its config binds what it keeps, which the policy does not? It will choose again. */
async function isHeldForOld(
  { kind, backend }: { readonly kind: BackendKind; readonly backend: Backend },
  policy: FamilyPolicy,
): Promise<boolean> {
  if (kind !== ENFORCING_BACKEND) return false;
  // What cannot be planned has an error of its own later.
  const planned = await backend.plan(policy).catch(() => undefined);
  return planned?.meaning?.().before?.enforceKeep === true;
}

const isBackend = (place: Cleaner): place is Backend => "sync" in place;

/** The kind that the node asks for, else the default one, unless the node cannot hold its rules. */
async function choose(
  policy: FamilyPolicy,
  options: BackendOptions,
  open: (kind: BackendKind) => Promise<Backend>,
): Promise<{ readonly kind: BackendKind; readonly reason: string }> {
  // The tools that this takes run beside those that ask what the node demands.
  const trying = open(DEFAULT_BACKEND)
    .then((backend) => backend.obstacle?.(policy))
    .catch((error: Error) => (isMissing(error) ? NOT_INSTALLED : error));
  for (const kind of BACKENDS) {
    const reason = await kind.demanded?.(options);
    if (reason !== undefined) return { kind, reason };
  }
  const obstacle = await trying;
  if (obstacle instanceof Error) throw obstacle;
  if (obstacle === undefined) return { kind: DEFAULT_BACKEND, reason: "default" };
  await open(ENFORCING_BACKEND).catch((error: Error) => {
    if (!isMissing(error) || obstacle !== NOT_INSTALLED) throw error;
    throw new ToolError("missing", "iptables, nft", null, "", "neither is installed; install the nftables package");
  });
  return { kind: ENFORCING_BACKEND, reason: obstacle };
}

const NOT_INSTALLED = `${DEFAULT_BACKEND.name} is not installed`;

/** Does `work` once; again only if it failed. */
function once<Args extends unknown[], T>(work: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
  let done: Promise<T> | undefined;
  return (...args) => {
    done ??= work(...args).catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
