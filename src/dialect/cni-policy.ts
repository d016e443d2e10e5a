// Where a CNI config says which destinations keep the pod's address, in every spelling that is in use.
// This module is browser-compatible.
import type { Node } from "jsonc-parser";
import { article, type CniDocument, elementsOf, type Property, propertyOf, sameWord } from "./cni-document.ts";
import { CniConfigProblem } from "./cni-problem.ts";

/** The plugins that hand endpoint policies to Windows' Host Networking Service (HNS). */
const PLUGINS = ["win-bridge", "win-overlay", "sdnbridge", "sdnoverlay", "azure-vnet"];

/**
 * Where they look for policies: win-bridge and win-overlay in `policies` (before 1.0 for the HNS API of version 2 in
 * `HcnPolicyArgs`), the others in `AdditionalArgs`.
 */
const LISTS = ["policies", "AdditionalArgs", "HcnPolicyArgs"];

/** The type of the policy. */
export const POLICY = "OutBoundNAT";

export interface Plugin {
  readonly node: Node;
  /** As in {@link PLUGINS}. */
  readonly type: string;
  /** Its lists of policies, as far as they are there. */
  readonly lists: readonly Property[];
  /** Are its policies those of the HNS API of version 2, `{ Type, Settings }`, where nothing else shows it? */
  readonly settings: boolean;
}

/** One endpoint policy: `{ name: "EndpointPolicy", value: body }`, or the body itself. */
interface EndpointPolicy {
  readonly wrapper: { readonly name: string; readonly value: string } | undefined;
  readonly body: Node;
  readonly type: Property;
  readonly settings: Property | undefined;
}

/** The one plugin that the policy belongs to, in a network configuration or in a list of them. Throws {@link CniConfigProblem}. */
export function findPlugin(document: CniDocument): Plugin {
  const { text, root } = document;
  const plugins = propertyOf(document, root, "plugins");
  // A plugin such as flannel makes another's config of its own.
  const nodes = (plugins ? elementsOf(document, plugins) : [root]).flatMap((node) => {
    const delegate = propertyOf(document, node, "delegate")?.value;
    return delegate ? [node, delegate] : [node];
  });
  const types = nodes.map((node) => propertyOf(document, node, "type")?.value.value as unknown);
  const known = nodes.flatMap((node, i) => {
    const type = PLUGINS.find((name) => [name, `${name}.exe`].some((spelt) => sameWord(types[i], spelt)));
    return type ? [{ node, type }] : [];
  });
  const [found, second] = known;
  if (!found) {
    const there = types.filter((type) => typeof type === "string").join(", ");
    const message = `no plugin here takes an OutBoundNAT policy${there ? `, it is ${there}` : ""}`;
    const at = propertyOf(document, root, plugins ? "plugins" : "type")?.key ?? { offset: root.offset, length: 1 };
    throw new CniConfigProblem("plugin-missing", text, at, message, `the type must be one of ${PLUGINS.join(", ")}`);
  }
  if (second) {
    const at = propertyOf(document, second.node, "type")?.value ?? second.node;
    const message = `a second plugin that takes an OutBoundNAT policy, besides ${found.type}`;
    throw new CniConfigProblem("plugin-twice", text, at, message, "keep them in files of their own");
  }
  const version = propertyOf(document, found.node, "apiVersion")?.value.value as unknown;
  const lists = LISTS.flatMap((name) => propertyOf(document, found.node, name) ?? []);
  return { ...found, lists, settings: version === 2 || found.type.startsWith("sdn") };
}

/** The endpoint policy that an element of a list is; undefined where it is none. */
export function readPolicy(document: CniDocument, element: Node): EndpointPolicy | undefined {
  const name = propertyOf(document, element, "name");
  const value = propertyOf(document, element, "value");
  if (name && value && !sameWord(name.value.value, "EndpointPolicy")) return undefined;
  const body = name && value ? value.value : element;
  const type = propertyOf(document, body, "type");
  if (!type) return undefined;
  const wrapper = name && value && { name: String(name.key.value), value: String(value.key.value) };
  return { wrapper, body, type, settings: propertyOf(document, body, "settings") };
}

/** The policy's place. */
export interface OutBoundNat {
  readonly policy: EndpointPolicy;
  /** Its list of exceptions; undefined where it has none. */
  readonly list: Property | undefined;
}

/** The plugin's OutBoundNAT policy, or undefined where it has none. Throws {@link CniConfigProblem}. */
export function findOutBoundNat(document: CniDocument, { lists }: Plugin): OutBoundNat | undefined {
  const [found, second] = lists.flatMap((one) =>
    elementsOf(document, one).flatMap((element): OutBoundNat[] => {
      const policy = readPolicy(document, element);
      if (!policy || !sameWord(policy.type.value.value, POLICY)) return [];
      const list = findList(document, policy);
      // With destinations only it is another thing: NAT to those, by which a pod reaches itself through its service.
      return !list && hasDestinations(document, policy) ? [] : [{ policy, list }];
    }),
  );
  if (second) {
    const hint = "remove one, and keep in the other what both except";
    const message = `a second ${POLICY} policy in the same plugin`;
    throw new CniConfigProblem("policy-twice", document.text, second.policy.type.value, message, hint);
  }
  return found;
}

function findList(document: CniDocument, { body, settings }: EndpointPolicy): Property | undefined {
  const inSettings = settings ? objectOf(document, settings) : undefined;
  const [found, second] = [
    propertyOf(document, body, "ExceptionList"),
    ...(inSettings ? ["Exceptions", "ExceptionList"].map((name) => propertyOf(document, inSettings, name)) : []),
  ].filter((one) => one !== undefined);
  if (second) {
    const message = `a second list of exceptions in the same policy, besides ${found?.key.value}`;
    throw new CniConfigProblem("policy-twice", document.text, second.key, message, "remove one of the two");
  }
  return found;
}

function hasDestinations(document: CniDocument, { body, settings }: EndpointPolicy): boolean {
  return [body, settings?.value].some((node) => node && propertyOf(document, node, "Destinations"));
}

function objectOf({ text }: CniDocument, { key, value }: Property): Node {
  if (value.type === "object") return value;
  const message = `${key.value} is ${article(value)}, not an object`;
  throw new CniConfigProblem("value-type", text, value, message, `write "${key.value}": {}`);
}
