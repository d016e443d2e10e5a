// The difference from the current chain to the desired one, as one input of iptables-restore --noflush.
// This module is browser-compatible.
import {
  countInSteps,
  diffLinesInSteps,
  eachInSteps,
  type Family,
  finish,
  PIECE,
  type Steps,
} from "../../core/index.ts";
import { type Change, type ChangeKind, countsOf, type Transaction } from "../transaction.ts";
import type { DesiredChain } from "./desired.ts";
import type { ObservedChain, ObservedJump } from "./observed.ts";
import { onOneLine } from "./one-line.ts";

const NOTHING: ObservedChain = { exists: false, rules: [], jumps: [], references: [] };

/** Whether a jump cannot be removed by its text. */
const isStray = ({ raw, handle }: ObservedJump) => raw !== undefined || handle !== undefined;

/** A rule of POSTROUTING, for messages. */
const jumpLine = ({ spec }: ObservedJump) => `-A POSTROUTING ${onOneLine(spec)}`;

/** A transaction on table nat. */
export interface ChainTransaction extends Transaction {
  /** Jumps that cannot be removed by a line of `text`; they are removed one by one afterwards. */
  readonly strays: readonly ObservedJump[];
}

/** Wraps lines for table nat; undefined if there is nothing to write or remove. */
function transaction(
  family: Family,
  lines: readonly string[],
  changes: readonly Change[],
  strays: readonly ObservedJump[],
): ChainTransaction | undefined {
  if (lines.length === 0 && strays.length === 0) return undefined;
  const text = lines.length > 0 ? `${["*nat", ...lines, "COMMIT"].join("\n")}\n` : "";
  return { family, text, changes, counts: countsOf(changes), strays };
}

/**
 * The smallest transaction that brings the chain and its jump to the desired state, or undefined if they have it.
 *
 * Rules of our chain are deleted by their number. Rules of POSTROUTING, which others change at any time, are deleted by
 * their full text, so that a stale number can never hit another program's rule. A declaration (`:CHAIN`) creates a chain,
 * or empties an existing one (iptables-restore(8)): it is used for a new chain and for one whose rules are all replaced.
 */
export function diffChain(desired: DesiredChain, observed?: ObservedChain): ChainTransaction | undefined {
  return finish(diffChainInSteps(desired, observed));
}

/** {@link diffChain} in steps. */
export function* diffChainInSteps(
  desired: DesiredChain,
  observed: ObservedChain = NOTHING,
): Steps<ChainTransaction | undefined> {
  const { family, chain } = desired;
  if (yield* isUpToDate(desired, observed)) return undefined;
  const lines: string[] = [];
  const changes: Change[] = [];
  const add = (kind: ChangeKind, line: string) => changes.push({ op: "add", kind, line });
  const remove = (kind: ChangeKind, line: string) => changes.push({ op: "remove", kind, line });
  const keep = (kind: ChangeKind, line: string) => changes.push({ op: "keep", kind, line });

  const now = observed.rules.map((rule) => rule.spec);
  // If the chain does not exist, there is nothing to edit.
  const edits = observed.exists ? yield* diffLinesInSteps(now, desired.rules) : undefined;
  const removed = edits?.filter((edit) => edit.op === "delete").length ?? now.length;
  const declaration = `:${chain} - [0:0]`;
  (observed.exists ? keep : add)("chain", declaration);
  if (!observed.exists || !edits || (removed > 0 && removed === now.length) || isMostlyGone(removed, now.length)) {
    lines.push(declaration);
    yield* eachInSteps(now, (rule) => remove("rule", `-A ${chain} ${onOneLine(rule)}`));
    yield* eachInSteps(desired.rules, (rule) => {
      const line = `-A ${chain} ${rule}`;
      lines.push(line);
      add("rule", line);
    });
  } else {
    // Do not add a jump to a chain that another program has flushed since it was read: if the chain has become shorter, the
    // first of these lines fails, and with it the whole transaction.
    const hasJump = observed.jumps.some(({ spec }) => spec === desired.jump);
    if (!hasJump) lines.push(`-I ${chain} ${now.length + 1} -j RETURN`, `-D ${chain} ${now.length + 1}`);
    let next = 0;
    let length = now.length;
    const keepUntil = (end: number) => countInSteps(end - next, () => keep("rule", `-A ${chain} ${now[next++]}`));
    let shift = 0;
    for (const [i, { op, place, line }] of edits.entries()) {
      if (i % PIECE === PIECE - 1) yield;
      yield* keepUntil(place - 1 - shift);
      if (op === "delete") {
        lines.push(`-D ${chain} ${place}`);
        remove("rule", `-A ${chain} ${onOneLine(line)}`);
        length--;
        shift--;
        next++;
      } else {
        lines.push(place > length ? `-A ${chain} ${line}` : `-I ${chain} ${place} ${line}`);
        add("rule", `-A ${chain} ${line}`);
        length++;
        shift++;
      }
    }
    yield* keepUntil(now.length);
  }

  let kept = false;
  const strays: ObservedJump[] = [];
  for (const jump of observed.jumps) {
    if (jump.spec === desired.jump && !kept) {
      kept = true;
      keep("jump", jumpLine(jump));
      continue;
    }
    if (isStray(jump)) strays.push(jump);
    else lines.push(`-D POSTROUTING ${jump.spec}`);
    remove("jump", jumpLine(jump));
  }
  if (!kept) {
    lines.push(`-A POSTROUTING ${desired.jump}`);
    add("jump", `-A POSTROUTING ${desired.jump}`);
  }
  return transaction(family, lines, changes, strays);
}

/** The most rules that one transaction removes by number, if most of the chain is removed. */
const MAX_REMOVED = 1_000;

/**
 * Whether so much of a long chain is removed that it is faster to rewrite it. For each number the tool walks the chain from
 * its start, which takes minutes for 50,000 rules. The few rules that stay lose their counters.
 */
function isMostlyGone(removed: number, length: number): boolean {
  return removed > MAX_REMOVED && removed > length / 2;
}

/** Whether there is nothing to write. This is the usual case, so it is checked first and without a list of changes. */
function* isUpToDate({ jump, rules }: DesiredChain, observed: ObservedChain): Steps<boolean> {
  const { exists, jumps } = observed;
  if (!exists || jumps.length !== 1 || jumps[0]?.spec !== jump || observed.rules.length !== rules.length) return false;
  let isSame = true;
  yield* eachInSteps(observed.rules, ({ spec }, i) => {
    isSame &&= spec === rules[i];
  });
  return isSame;
}

/**
 * The transaction that removes the chain and every jump to it, or undefined if there is neither. The chain must have
 * no {@link ObservedChain.references}: the kernel refuses to remove a chain that a rule jumps to.
 */
export function removeChain(family: Family, chain: string, observed: ObservedChain): ChainTransaction | undefined {
  const { exists, jumps } = observed;
  const removed = (kind: ChangeKind, line: string): Change => ({ op: "remove", kind, line });
  const goneJumps = (gone: readonly ObservedJump[]) => gone.map((jump) => removed("jump", jumpLine(jump)));
  const strays = jumps.filter(isStray);
  // The chain can be removed only when no jump is left: stray jumps are removed first, in a transaction of their own.
  if (strays.length > 0) return transaction(family, [], goneJumps(strays), strays);
  const lines = [
    ...jumps.map(({ spec }) => `-D POSTROUTING ${spec}`),
    ...(exists ? [`-F ${chain}`, `-X ${chain}`] : []),
  ];
  const changes = [
    ...(exists ? [removed("chain", `:${chain} - [0:0]`)] : []),
    ...observed.rules.map(({ spec }) => removed("rule", `-A ${chain} ${onOneLine(spec)}`)),
    ...goneJumps(jumps),
  ];
  return transaction(family, lines, changes, []);
}
