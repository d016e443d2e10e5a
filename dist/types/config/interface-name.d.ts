/**
 * A name of up to 15 characters (IFNAMSIZ is 16 with its NUL), the last of which may be a `*`. The kernel takes more
 * characters than these (net/core/dev.c, dev_valid_name); iptables has its own meaning for some of them.
 */
export declare const INTERFACE_PATTERN = "^[\\w.@][\\w.@-]{0,13}[\\w.@*-]?$";
/** Why `name` cannot stand in outputInterfaces, and what to write instead; undefined if it can. */
export declare function checkInterfaceName(name: string): {
    readonly message: string;
    readonly hint: string;
} | undefined;
