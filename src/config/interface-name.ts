// Checks names of network interfaces in outputInterfaces.
// This module is browser-compatible.

/**
 * A name of up to 15 characters (IFNAMSIZ is 16 with its NUL), the last of which may be a `*`. The kernel allows further
 * characters (net/core/dev.c, dev_valid_name), but some have a special meaning in iptables.
 */
export const INTERFACE_PATTERN = "^[\\w.@][\\w.@-]{0,13}[\\w.@*-]?$";
const PATTERN = new RegExp(INTERFACE_PATTERN);

/** Why `name` is not allowed in outputInterfaces, and what to write instead; undefined if it is allowed. */
export function checkInterfaceName(name: string): { readonly message: string; readonly hint: string } | undefined {
  const example = "write a name such as eth0, or the beginning of several such as eth*";
  if (PATTERN.test(name)) return undefined;
  if (name === "*") {
    return {
      message: "* matches every interface",
      hint: "remove the key: without it packets may leave through any interface",
    };
  }
  if (name.length > 15) return { message: `${name} is longer than 15 characters, the limit for a name`, hint: example };
  if (name.endsWith("+"))
    return {
      message: `${name} ends with a +`,
      hint: `write ${name.slice(0, -1)}* to match all names that begin with it`,
    };
  const shown = name === "" ? "an empty string" : JSON.stringify(name);
  return { message: `${shown} is not the name of an interface`, hint: example };
}
