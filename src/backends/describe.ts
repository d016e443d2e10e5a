// Describes what was written, for the log.
import type { FamilyPolicy } from "../policy/index.ts";
import { FAMILY_NAMES } from "./family-names.ts";
import type { Transaction } from "./transaction.ts";

/** The rules that were written, in the established agent's words, which log filters match. */
export const describeRules = ({ family }: FamilyPolicy, { text }: Transaction): string =>
  `${FAMILY_NAMES[family]} masquerading rules: ${JSON.stringify(text)}`;
