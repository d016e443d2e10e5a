// A verdict, in its colour.
import type { Verdict } from "../policy/index.ts";
import { verdictName } from "./words.ts";

export function VerdictBadge({ verdict }: { readonly verdict: Verdict }) {
  return <span class={`verdict ${verdict.kind}`}>{verdictName(verdict)}</span>;
}
