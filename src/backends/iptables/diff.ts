// From the current chain to the desired one: one iptables-restore --noflush input, or nothing.
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

/** Must a jump be removed by other means than its text? */
const isStray = ({ raw, handle }: ObservedJump) => raw !== undefined || handle !== undefined;

/** A rule of POSTROUTING for people. */
const jumpLine = ({ spec }: ObservedJump) => `-A POSTROUTING ${onOneLine(spec)}`;

/** A transaction on table nat. */
export interface ChainTransaction extends Transaction {
  /** Jumps that no line of `text` can name; they are removed one by one afterwards. */
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
 * The smallest transaction that makes the chain and its jump as desired, or undefined if they are.
 *
 * Rules of our chain go by their number in it. Rules of POSTROUTING, which others change at any time, go by their full
 * text, so that a number gone stale can never hit another program's rule. A declaration (`:CHAIN`) creates a chain, and
 * empties one that is there (iptables-restore(8)): it is used for a new chain and for one of which nothing stays.
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
  if (yield* isAsDesired(desired, observed)) return undefined;
  const lines: string[] = [];
  const changes: Change[] = [];
  const add = (kind: ChangeKind, line: string) => changes.push({ op: "add", kind, line });
  const remove = (kind: ChangeKind, line: string) => changes.push({ op: "remove", kind, line });
  const keep = (kind: ChangeKind, line: string) => changes.push({ op: "keep", kind, line });

  const now = observed.rules.map((rule) => rule.spec);
  // If there is no chain, nothing of it can stay.
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
    // A jump must not come to a chain that another program has flushed since it was read: a chain that has become shorter refuses
    // the first of these, and with it the whole transaction.
    const isJumpThere = observed.jumps.some(({ spec }) => spec === desired.jump);
    if (!isJumpThere) lines.push(`-I ${chain} ${now.length + 1} -j RETURN`, `-D ${chain} ${now.length + 1}`);
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

/** Rules that one transaction removes by number at most, if few others stay. */
const MOST_REMOVED = 1_000;

/**
 * Does so much of a long chain go that it is quicker to write it anew? For each number the tool walks the chain from its
 * start, which takes it minutes for 50,000 rules. The few rules that stay lose their counters.
 */
function isMostlyGone(removed: number, length: number): boolean {
  return removed > MOST_REMOVED && removed > length / 2;
}

/** Is nothing to be written? Almost always, so this is found out first and without a list of changes. */
function* isAsDesired({ jump, rules }: DesiredChain, observed: ObservedChain): Steps<boolean> {
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
 * no {@link ObservedChain.references}: the kernel keeps a chain that a rule leads to.
 */
export function removeChain(family: Family, chain: string, observed: ObservedChain): ChainTransaction | undefined {
  const { exists, jumps } = observed;
  const removed = (kind: ChangeKind, line: string): Change => ({ op: "remove", kind, line });
  const goneJumps = (gone: readonly ObservedJump[]) => gone.map((jump) => removed("jump", jumpLine(jump)));
  const strays = jumps.filter(isStray);
  // The chain can go only when no jump is left: those that need other means come first, in a transaction of their own.
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
