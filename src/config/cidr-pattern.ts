// What the core reads as a prefix, as a regular expression for who cannot call it: an editor with the config's schema. The
// core reads bytes by hand, so there is no table to share; the tests hold one against the other.
// This module is browser-compatible.

const OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const IPV4 = `(${OCTET}\\.){3}${OCTET}/(3[0-2]|[12]?[0-9])`;

/** Of the address no more than its characters: all of RFC 4291 would fill the page on which an editor shows this. */
const IPV6 = "[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*/(12[0-8]|1[01][0-9]|[1-9]?[0-9])";

/** Lengths have no leading zero. A regular expression cannot say whether host bits are set. */
export const CIDR_PATTERN = `^(${IPV4}|${IPV6})$`;
