// Names of network interfaces, as outputInterfaces takes them.
// This module is browser-compatible.

/**
 * A name of up to 15 characters (IFNAMSIZ is 16 with its NUL), the last of which may be a `*`. The kernel takes more
 * characters than these (net/core/dev.c, dev_valid_name); iptables has its own meaning for some of them.
 */
export const INTERFACE_PATTERN = "^[\\w.@][\\w.@-]{0,13}[\\w.@*-]?$";
const PATTERN = new RegExp(INTERFACE_PATTERN);

/** Why `name` cannot stand in outputInterfaces, and what to write instead; undefined if it can. */
export function checkInterfaceName(name: string): { readonly message: string; readonly hint: string } | undefined {
  const example = "write a name such as eth0, or the beginning of several such as eth*";
  if (PATTERN.test(name)) return undefined;
  if (name === "*") {
    return { message: "* stands for every interface", hint: "remove the key: without it packets may leave by any" };
  }
  if (name.length > 15)
    return { message: `${name} has more than 15 characters, the most that a name has`, hint: example };
  if (name.endsWith("+"))
    return { message: `${name} ends with a +`, hint: `write ${name.slice(0, -1)}* for all names that begin so` };
  const shown = name === "" ? "an empty text" : JSON.stringify(name);
  return { message: `${shown} is not the name of an interface`, hint: example };
}
