// What was written, for the log.
import type { FamilyPolicy } from "../policy/index.ts";
import type { Transaction } from "./transaction.ts";

const NAMES = { ipv4: "IPv4", ipv6: "IPv6" } as const;

/** Rules that were written, in the words that people's log filters know from the established agent. */
export const describeRules = ({ family }: FamilyPolicy, { text }: Transaction): string =>
  `${NAMES[family]} masquerading rules: ${JSON.stringify(text)}`;
