// Chooses and opens the backend of a policy on this node.
import type { Family } from "../core/index.ts";
import { isMissing, ToolError } from "../host/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Backend, Cleaner } from "./backend.ts";
import type { BackendKind, BackendOptions } from "./kind.ts";
import { AUTO, BACKENDS, type BackendChoice, DEFAULT_BACKEND, ENFORCING_BACKEND } from "./registry.ts";
import { type InForce, removingLeftovers } from "./succession.ts";

/** A backend, and why it was chosen. */
export interface Opened {
  /** Its syncs also remove what other backends left, once its own rules are in force. */
  readonly backend: Backend;
  /** In a few words: `default`, `kube-proxy runs in nftables mode`. */
  readonly reason: string;
  /** Opens the places where other backends may have left rules. */
  readonly others: () => Promise<readonly Cleaner[]>;
}

/** Returns the backend of a policy. */
export type Opener = (policy: FamilyPolicy) => Promise<Opened>;

export interface OpenOptions extends BackendOptions {
  /** Whether an agent runs on this node. Then {@link AUTO} takes the backend that has rules, which the agent has chosen. */
  readonly agentRuns?: boolean;
  /** Receives one line about each further action. */
  readonly note: (message: string) => void;
  /** Milliseconds since an arbitrary moment. */
  readonly now?: () => number;
}

/**
 * Returns an opener for backends. The choice for a node is made once: another choice later could leave rules in two places.
 * An open is repeated only if it failed. The opener throws what {@link BackendDriver.open} throws.
 */
export function backendOpener(choice: BackendChoice, options: OpenOptions): Opener {
  // For each family, the backend whose rules alone are in force.
  const inForce = new Map<Family, InForce>();
  const kinds = new Map(
    BACKENDS.map((kind) => {
      const others = () => openOthers(kind, options);
      const open = async () => removingLeftovers(await (await kind.load()).open(options), others, inForce, options);
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
    const inUse = options.agentRuns ? await findInUse(policy, options) : undefined;
    if (inUse && !(await isOnlyForEnforcing(inUse, policy))) return { ...inUse, others: find(inUse.kind).others };
    const { kind, reason } = await chosen(policy);
    return open(kind, reason);
  };
}

/** The kinds whose rules are in the kernel, of which {@link AUTO} chooses one. The others need a flag. */
const IN_KERNEL = BACKENDS.filter(({ required }) => !required);

/**
 * Opens the places where the other kinds may have left rules. A kind that writes the policy to a file named by a flag is
 * independent of the rules in the kernel: it neither replaces another kind nor is replaced.
 */
async function openOthers(kind: BackendKind, options: BackendOptions): Promise<readonly Cleaner[]> {
  if (kind.required) return [];
  const others = IN_KERNEL.filter((one) => one !== kind);
  return (await Promise.all(others.map(async (other) => (await other.load()).openAll(options)))).flat();
}

/** The backend that has rules; undefined if none has, or several have during a switch. Writes nothing. */
async function findInUse(
  { family, chain }: FamilyPolicy,
  options: BackendOptions,
): Promise<{ readonly kind: BackendKind; readonly backend: Backend; readonly reason: string } | undefined> {
  const places = await Promise.all(
    IN_KERNEL.map(async (kind) => (await (await kind.load()).openAll(options)).map((place) => ({ kind, place }))),
  );
  const found = await Promise.all(
    places.flat().map(async ({ kind, place }) => {
      // If it cannot be read with these tools, nothing was written with them either.
      const left = await place.planCleanup(family, chain).catch(() => undefined);
      return left && isBackend(place) ? [{ kind, backend: place, reason: "in use by the agent on this node" }] : [];
    }),
  );
  const [one, more] = found.flat();
  return more ? undefined : one;
}

/** Whether the agent chose this backend only because of enforceNonMasquerade, which the new policy does not set. */
async function isOnlyForEnforcing(
  { kind, backend }: { readonly kind: BackendKind; readonly backend: Backend },
  policy: FamilyPolicy,
): Promise<boolean> {
  if (kind !== ENFORCING_BACKEND) return false;
  // If this fails, a later step reports the error.
  const planned = await backend.plan(policy).catch(() => undefined);
  return planned?.meaning?.().before?.enforceKeep === true;
}

const isBackend = (place: Cleaner): place is Backend => "sync" in place;

/** The kind that this node requires, or else the default, unless the node does not support its rules. */
async function choose(
  policy: FamilyPolicy,
  options: BackendOptions,
  open: (kind: BackendKind) => Promise<Backend>,
): Promise<{ readonly kind: BackendKind; readonly reason: string }> {
  // Runs concurrently with the checks of what this node requires.
  const trial = open(DEFAULT_BACKEND)
    .then((backend) => backend.obstacle?.(policy))
    .catch((error: Error) => (isMissing(error) ? NOT_INSTALLED : error));
  for (const kind of IN_KERNEL) {
    const reason = await (await kind.load()).reasonToUse?.(options);
    if (reason !== undefined) return { kind, reason };
  }
  const obstacle = await trial;
  if (obstacle instanceof Error) throw obstacle;
  if (obstacle === undefined) return { kind: DEFAULT_BACKEND, reason: "default" };
  await open(ENFORCING_BACKEND).catch((error: Error) => {
    if (!isMissing(error) || obstacle !== NOT_INSTALLED) throw error;
    throw new ToolError("missing", "iptables, nft", null, "", "neither is installed; install the nftables package");
  });
  return { kind: ENFORCING_BACKEND, reason: obstacle };
}

const NOT_INSTALLED = `${DEFAULT_BACKEND.name} is not installed`;

/** Runs `work` once; again only if it failed. */
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
