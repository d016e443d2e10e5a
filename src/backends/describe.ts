// Describes what was written, for the log.
import type { FamilyPolicy } from "../policy/index.ts";
import type { Transaction } from "./transaction.ts";

const NAMES = { ipv4: "IPv4", ipv6: "IPv6" } as const;

/** The rules that were written, in the established agent's words, which log filters match. */
export const describeRules = ({ family }: FamilyPolicy, { text }: Transaction): string =>
  `${NAMES[family]} masquerading rules: ${JSON.stringify(text)}`;
