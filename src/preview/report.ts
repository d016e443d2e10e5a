// Lines with addresses, and what happens to each under the config, and under the one it is compared with.
import { explain, type Verdict } from "../policy/index.ts";
import { evaluate } from "./evaluate.ts";
import type { Flags } from "./state.ts";
import { entryName } from "./words.ts";

export interface Question {
  readonly config: string;
  readonly compare: string | undefined;
  readonly flags: Flags;
  readonly bytes: Uint8Array;
}

/** The answer about one line. */
export interface Answer {
  readonly line: string;
  /** As it stands in the line; empty where none is found. */
  readonly address: string;
  /** Undefined where no address is found in the line. */
  readonly verdict: Verdict | undefined;
  readonly entry: string;
  /** Under the config that is compared with; undefined without one. */
  readonly before: Verdict | undefined;
}

export interface Report {
  readonly lines: number;
  /** Lines without an address. */
  readonly bad: number;
  readonly changed: number;
  readonly entries: readonly { readonly entry: string; readonly verdict: Verdict; readonly count: number }[];
  /** The first lines. */
  readonly answers: readonly Answer[];
}

const SHOWN = 200;

export function report({ config, compare, flags, bytes }: Question): Report | undefined {
  const { policy } = evaluate(config, flags);
  if (!policy) return undefined;
  const lines = new TextDecoder()
    .decode(bytes)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const found = explain(policy, lines);
  const old = compare === undefined ? undefined : evaluate(compare, flags).policy;
  const before = old && explain(old, lines);
  const counts = new Map<string, { entry: string; verdict: Verdict; count: number }>();
  let bad = 0;
  let changed = 0;
  const answers: Answer[] = [];
  for (const [i, one] of found.entries()) {
    const was = before?.[i];
    if (!one.ok) bad++;
    else {
      const entry = entryName(one.entry);
      const sum = counts.get(entry) ?? { entry, verdict: one.verdict, count: 0 };
      sum.count++;
      counts.set(entry, sum);
      if (was?.ok && was.verdict !== one.verdict) changed++;
    }
    if (i < SHOWN) {
      answers.push({
        line: lines[i] ?? "",
        address: one.ok ? one.address : "",
        verdict: one.ok ? one.verdict : undefined,
        entry: one.ok ? entryName(one.entry) : "",
        before: was?.ok ? was.verdict : undefined,
      });
    }
  }
  return {
    lines: lines.length,
    bad,
    changed,
    entries: [...counts.values()].sort((a, b) => b.count - a.count),
    answers,
  };
}
