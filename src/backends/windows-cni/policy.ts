// Where a CNI config says which destinations keep the pod's address, in every spelling that is in use.
// This module is browser-compatible.
import type { Node } from "jsonc-parser";
import { article, type CniDocument, elementsOf, isNull, type Property, propertyOf, sameWord } from "./document.ts";
import { CniConfigProblem } from "./problem.ts";

/** The plugins that hand endpoint policies to Windows' Host Networking Service (HNS), and the list that each takes them from. */
const PLUGINS: readonly (readonly [type: string, list: string])[] = [
  ["win-bridge", "policies"],
  ["win-overlay", "policies"],
  ["calico", "policies"],
  ["sdnbridge", "AdditionalArgs"],
  ["sdnoverlay", "AdditionalArgs"],
  ["azure-vnet", "AdditionalArgs"],
];

/** Every list of policies that is in use; win-bridge before 1.0 took those for the HNS API of version 2 from the last. */
const LISTS = ["policies", "AdditionalArgs", "HcnPolicyArgs"];

/** The type of the policy. */
export const POLICY = "OutBoundNAT";

export interface Plugin {
  readonly node: Node;
  /** The list that it takes policies from. */
  readonly list: string;
  /** Its lists of policies, as far as they are there, that one first. */
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
    const plugin = PLUGINS.find(([name]) => [name, `${name}.exe`].some((spelt) => sameWord(types[i], spelt)));
    return plugin ? [{ node, type: plugin[0], list: plugin[1] }] : [];
  });
  const [found, second] = known;
  if (!found) {
    const there = types.filter((type) => typeof type === "string").join(", ");
    const message = `no plugin here takes an OutBoundNAT policy${there ? `, it is ${there}` : ""}`;
    const at = propertyOf(document, root, plugins ? "plugins" : "type")?.key ?? { offset: root.offset, length: 1 };
    const names = PLUGINS.map(([name]) => name).join(", ");
    throw new CniConfigProblem("plugin-missing", text, at, message, `the type must be one of ${names}`);
  }
  if (second) {
    const at = propertyOf(document, second.node, "type")?.value ?? second.node;
    const message = `a second plugin that takes an OutBoundNAT policy, besides ${found.type}`;
    throw new CniConfigProblem("plugin-twice", text, at, message, "keep them in files of their own");
  }
  const version = propertyOf(document, found.node, "apiVersion")?.value.value as unknown;
  const { node, type, list } = found;
  const lists = [...new Set([list, ...LISTS])].flatMap((name) => propertyOf(document, node, name) ?? []);
  return { node, list, lists, settings: version === 2 || type.startsWith("sdn") };
}

/** The endpoint policy that an element of a list is; undefined if it is none. */
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
  /** Its list of exceptions, or null in place of one; undefined if it has neither. */
  readonly list: Property | undefined;
}

/** The plugin's OutBoundNAT policy, or undefined if it has none. Throws {@link CniConfigProblem}. */
export function findOutBoundNat(document: CniDocument, { lists }: Plugin): OutBoundNat | undefined {
  const [found, second] = lists.flatMap((one) =>
    elementsOf(document, one).flatMap((element): OutBoundNat[] => {
      const policy = readPolicy(document, element);
      if (!policy || !sameWord(policy.type.value.value, POLICY)) return [];
      const list = findList(document, policy);
      return isOther(document, policy, list) ? [] : [{ policy, list }];
    }),
  );
  if (second) {
    const hint = "remove one, and keep in the other what both except";
    const message = `a second ${POLICY} policy in the same plugin`;
    throw new CniConfigProblem("policy-twice", document.text, second.policy.type.value, message, hint);
  }
  return found;
}

/**
 * The list of exceptions: `ExceptionList` beside the type, and in settings `Exceptions`, which is also written
 * `ExceptionList`. What is under none of these names nobody reads; where two lists are it is not known which one counts.
 */
function findList(document: CniDocument, { body, settings }: EndpointPolicy): Property | undefined {
  const unread = propertyOf(document, body, "Exceptions");
  if (unread && !isNull(unread)) {
    const message = `${unread.key.value} is read in Settings only; beside ${POLICY} the list is ExceptionList`;
    throw new CniConfigProblem(
      "list-unread",
      document.text,
      unread.key,
      message,
      "remove it, or name it ExceptionList",
    );
  }
  const inSettings = settings ? ["Exceptions", "ExceptionList"].map((name) => inside(document, settings, name)) : [];
  const lists = [propertyOf(document, body, "ExceptionList"), ...inSettings].filter((one) => one !== undefined);
  const [found, second] = lists.filter((one) => !isNull(one));
  if (second) {
    const message = `a second list of exceptions in the same policy, besides ${found?.key.value}`;
    throw new CniConfigProblem("policy-twice", document.text, second.key, message, "remove one of the two");
  }
  return found ?? lists[0];
}

/**
 * Is the policy another thing of the same type? With destinations and no list it is NAT to those, by which a pod reaches
 * itself through its service; with IPv6 exceptions alone it is that of the other family.
 */
function isOther(document: CniDocument, { body, settings }: EndpointPolicy, list: Property | undefined): boolean {
  if (!list || isNull(list)) {
    return [body, settings?.value].some((node) => node && propertyOf(document, node, "Destinations"));
  }
  const items = elementsOf(document, list);
  return items.length > 0 && items.every(({ value }) => String(value).includes(":"));
}

/** A property of an object, which the value must be, or null. Throws {@link CniConfigProblem}. */
function inside(document: CniDocument, property: Property, name: string): Property | undefined {
  const { key, value } = property;
  if (value.type === "object" || isNull(property)) return propertyOf(document, value, name);
  const message = `${key.value} is ${article(value)}, not an object`;
  throw new CniConfigProblem("value-type", document.text, value, message, `write "${key.value}": {}`);
}
