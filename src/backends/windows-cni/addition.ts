// The parts of the policy that a CNI config lacks, in the file's own spelling.
// This module is browser-compatible.
import type { Node } from "jsonc-parser";
import { type CniDocument, type Property, sameWord } from "./document.ts";
import { type OutBoundNat, type Plugin, POLICY, readPolicy } from "./policy.ts";

/** A missing part: `value` as an element of `container`, or under `key`. */
export interface Addition {
  readonly container: Node;
  readonly key: string | undefined;
  readonly value: unknown;
}

/** The list that a policy lacks. */
export function missingList({ policy }: OutBoundNat, plugin: Plugin, exceptions: readonly string[]): Addition {
  const { body, type, settings } = policy;
  if (settings) {
    return { container: settings.value, key: inCaseOf(type, "Exceptions"), value: exceptions };
  }
  const [[key, value] = []] = Object.entries(listOf(type, plugin.settings ? "Settings" : undefined, exceptions));
  return { container: body, key, value };
}

/** The policy that a plugin lacks, spelled like its last existing policy, or else as is usual for the plugin. */
export function missingPolicy(document: CniDocument, plugin: Plugin, exceptions: readonly string[]): Addition {
  const list = plugin.lists.find(({ value }) => value.children?.length) ?? plugin.lists[0];
  const model = (list?.value.children ?? []).flatMap((element) => readPolicy(document, element) ?? []).at(-1);
  const name = String(list?.key.value ?? plugin.list);
  const bare = sameWord(name, "HcnPolicyArgs");
  const usual = sameWord(name, "policies") ? { name: "name", value: "value" } : { name: "Name", value: "Value" };
  const wrapper = model ? model.wrapper : bare ? undefined : usual;
  const settings = model
    ? model.settings && String(model.settings.key.value)
    : bare || plugin.settings
      ? "Settings"
      : undefined;
  const body = { [String(model?.type.key.value ?? "Type")]: POLICY, ...listOf(model?.type, settings, exceptions) };
  const policy = wrapper ? { [wrapper.name]: "EndpointPolicy", [wrapper.value]: body } : body;
  return list
    ? { container: list.value, key: undefined, value: policy }
    : { container: plugin.node, key: name, value: [policy] };
}

function listOf(type: Property | undefined, settings: string | undefined, exceptions: readonly string[]): object {
  return settings
    ? { [inCaseOf(type, settings)]: { [inCaseOf(type, "Exceptions")]: exceptions } }
    : { [inCaseOf(type, "ExceptionList")]: exceptions };
}

/** The name in lower case at the beginning if the key `type` is. */
function inCaseOf(type: Property | undefined, name: string): string {
  const small = /^[a-z]/.test(String(type?.key.value ?? ""));
  return small ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
