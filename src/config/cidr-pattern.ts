// The syntax of prefixes as a regular expression, for editors that have the config's schema but not the core. The core has a
// hand-written parser, so there is nothing to share; tests compare the two.
// This module is browser-compatible.

const OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const IPV4 = `(${OCTET}\\.){3}${OCTET}/(3[0-2]|[12]?[0-9])`;

/** Checks only the characters of the address: the whole of RFC 4291 would be too long to show in an editor. */
const IPV6 = "[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*/(12[0-8]|1[01][0-9]|[1-9]?[0-9])";

/** Lengths have no leading zero. Whether host bits are set cannot be expressed. */
export const CIDR_PATTERN = `^(${IPV4}|${IPV6})$`;
