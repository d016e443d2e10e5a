// Finds the policy of a CNI config that lists the destinations for which the pod's address is kept, in all spellings in use.
// This module is browser-compatible.
import type { Node } from "jsonc-parser";
import { article, type CniDocument, elementsOf, isNull, type Property, propertyOf, sameWord } from "./document.ts";
import { CniConfigProblem } from "./problem.ts";

/** The plugins that pass endpoint policies to Windows' Host Networking Service (HNS), and the list that each reads. */
const PLUGINS: readonly (readonly [type: string, list: string])[] = [
  ["win-bridge", "policies"],
  ["win-overlay", "policies"],
  ["calico", "policies"],
  ["sdnbridge", "AdditionalArgs"],
  ["sdnoverlay", "AdditionalArgs"],
  ["azure-vnet", "AdditionalArgs"],
];

/** All lists of policies in use; win-bridge before 1.0 read those for version 2 of the HNS API from the last. */
const LISTS = ["policies", "AdditionalArgs", "HcnPolicyArgs"];

/** The type of the policy. */
export const POLICY = "OutBoundNAT";

export interface Plugin {
  readonly node: Node;
  /** The list that it reads policies from. */
  readonly list: string;
  /** The existing lists of policies, that one first. */
  readonly lists: readonly Property[];
  /** Whether to assume version 2 of the HNS API, `{ Type, Settings }`, if nothing else shows it. */
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
  // A plugin such as flannel delegates to another plugin with the config in `delegate`.
  const nodes = (plugins ? elementsOf(document, plugins) : [root]).flatMap((node) => {
    const delegate = propertyOf(document, node, "delegate")?.value;
    return delegate ? [node, delegate] : [node];
  });
  const types = nodes.map((node) => propertyOf(document, node, "type")?.value.value as unknown);
  const known = nodes.flatMap((node, i) => {
    const plugin = PLUGINS.find(([name]) => [name, `${name}.exe`].some((spelt) => sameWord(types[i], spelt)));
    return plugin ? [{ node, type: plugin[0], list: plugin[1] }] : [];
  });
  const [plugin, second] = known;
  if (!plugin) {
    const found = types.filter((type) => typeof type === "string").join(", ");
    const message = `no plugin in this file supports an OutBoundNAT policy${found ? ` (found: ${found})` : ""}`;
    const at = propertyOf(document, root, plugins ? "plugins" : "type")?.key ?? { offset: root.offset, length: 1 };
    const names = PLUGINS.map(([name]) => name).join(", ");
    throw new CniConfigProblem("plugin-missing", text, at, message, `the type must be one of ${names}`);
  }
  if (second) {
    const at = propertyOf(document, second.node, "type")?.value ?? second.node;
    const message = `a second plugin that supports an OutBoundNAT policy, besides ${plugin.type}`;
    throw new CniConfigProblem("plugin-twice", text, at, message, "keep them in separate files");
  }
  const version = propertyOf(document, plugin.node, "apiVersion")?.value.value as unknown;
  const { node, type, list } = plugin;
  const lists = [...new Set([list, ...LISTS])].flatMap((name) => propertyOf(document, node, name) ?? []);
  return { node, list, lists, settings: version === 2 || type.startsWith("sdn") };
}

/** Reads an element of a list as an endpoint policy; undefined if it is not one. */
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

/** The policy and its list in the document. */
export interface OutBoundNat {
  readonly policy: EndpointPolicy;
  /** Its list of exceptions, which may be null; undefined if it has neither. */
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
    const hint = "remove one, and move its exceptions to the other";
    const message = `a second ${POLICY} policy in the same plugin`;
    throw new CniConfigProblem("policy-twice", document.text, second.policy.type.value, message, hint);
  }
  return found;
}

/**
 * The list of exceptions: `ExceptionList` next to the type, or in the settings `Exceptions`, also spelled `ExceptionList`.
 * A list with another name or place is not read by any plugin; if there are two, it is not known which one is used.
 */
function findList(document: CniDocument, { body, settings }: EndpointPolicy): Property | undefined {
  const unread = propertyOf(document, body, "Exceptions");
  if (unread && !isNull(unread)) {
    const message = `${unread.key.value} is only read in Settings; next to ${POLICY} the list is ExceptionList`;
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
 * Whether the policy is of the same type but serves another purpose. With destinations and no list it is NAT to those, so
 * that a pod can reach itself through its service; with only IPv6 exceptions it belongs to the other family.
 */
function isOther(document: CniDocument, { body, settings }: EndpointPolicy, list: Property | undefined): boolean {
  if (!list || isNull(list)) {
    return [body, settings?.value].some((node) => node && propertyOf(document, node, "Destinations"));
  }
  const items = elementsOf(document, list);
  return items.length > 0 && items.every(({ value }) => String(value).includes(":"));
}

/** A property of a value that must be an object or null. Throws {@link CniConfigProblem}. */
function inside(document: CniDocument, property: Property, name: string): Property | undefined {
  const { key, value } = property;
  if (value.type === "object" || isNull(property)) return propertyOf(document, value, name);
  const message = `${key.value} is ${article(value)}, not an object`;
  throw new CniConfigProblem("value-type", document.text, value, message, `write "${key.value}": {}`);
}
