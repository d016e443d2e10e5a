// The difference from the current table to the desired one, as one input of `nft -f`.
// This module is browser-compatible.
import { diffLines, eachInSteps, finish, type Steps } from "../../core/index.ts";
import { type Change, type ChangeKind, countsOf, type Transaction } from "../transaction.ts";
import { carryCounters } from "./carry.ts";
import { NO_TABLE, type ObservedElement, type ObservedTable } from "./observed.ts";
import {
  type Counter,
  type DesiredTable,
  type Element,
  formatElement,
  frameOf,
  hasCounters,
  type NftSet,
  placeOf,
} from "./table.ts";

/** The difference between the elements of one set. */
interface ElementEdit {
  readonly set: NftSet;
  readonly added: readonly Element[];
  readonly removed: readonly ObservedElement[];
}

/** The changes that a table still needs. */
export interface TableEdit extends Transaction {
  /** Whether it replaces the whole table. */
  readonly isWhole: boolean;
}

export interface DiffOptions {
  /** Whether to rewrite the whole table, whatever differs; used after nft has refused an edit. */
  readonly anew?: boolean;
}

/**
 * The smallest transaction that brings the table to the desired state; undefined if it has it. Elements are added and
 * deleted one by one, so that those that stay keep their counters. If anything else differs, the whole table is rewritten,
 * and its counters continue from the values that were read.
 */
export function diffTable(
  desired: DesiredTable,
  observed: ObservedTable = NO_TABLE,
  options: DiffOptions = {},
): TableEdit | undefined {
  return finish(diffTableInSteps(desired, observed, options));
}

/** {@link diffTable} in steps. */
export function* diffTableInSteps(
  desired: DesiredTable,
  observed: ObservedTable,
  { anew = false }: DiffOptions = {},
): Steps<TableEdit | undefined> {
  const frame = frameOf(desired);
  const sameFrame = observed.exists && sameLines(frame, observed.frame);
  const edits: ElementEdit[] = [];
  for (const set of desired.sets) edits.push(yield* diffElements(set, observed.elements.get(set.name) ?? []));
  const isEdited = edits.some(({ added, removed }) => added.length + removed.length > 0);
  if (sameFrame && !isEdited) return undefined;
  const changes = yield* changesOf(desired, frame, observed, edits);
  const isEdit = sameFrame && !anew && !edits.some((edit) => isSlow(edit, observed));
  const text = isEdit ? yield* editText(desired, edits) : yield* tableText(desired, observed);
  return { family: desired.family, text, changes, counts: countsOf(changes), isWhole: !isEdit };
}

/**
 * Whether nft takes longer to delete the elements than to rewrite the set. For each deletion, 1.0.6 scans the whole set:
 * deleting 100 of 10,000 elements took 0.7 s, and writing the whole set 0.07 s.
 */
function isSlow({ set, removed }: ElementEdit, observed: ObservedTable): boolean {
  return removed.length * (observed.elements.get(set.name)?.length ?? 0) > MAX_STEPS;
}

const MAX_STEPS = 50_000;

/** The transaction that removes the table; undefined if there is none. */
export function removeTable(
  table: Pick<DesiredTable, "family" | "name">,
  observed: ObservedTable,
): Transaction | undefined {
  if (!observed.exists) return undefined;
  const removed = (kind: ChangeKind, line: string): Change => ({ op: "remove", kind, line });
  const changes = [
    ...observed.frame.map((line) => removed(kindOf(line), line)),
    ...[...observed.elements].flatMap(([set, elements]) =>
      elements.map((element) => removed("element", elementLine(table, set, element))),
    ),
  ];
  const text = `delete ${placeOf(table, "table")}\n`;
  return { family: table.family, text, changes, counts: countsOf(changes) };
}

const sameLines = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((one, i) => one === b[i]);

/** Elements with the same key are equal if they have the same verdict, and a counter if their set has counters. */
function* diffElements(set: NftSet, observed: readonly ObservedElement[]): Steps<ElementEdit> {
  const counts = hasCounters(set);
  const wanted = new Map<string, Element>();
  yield* eachInSteps(set.elements, (element) => wanted.set(element.key, element));
  const kept = new Set<string>();
  const removed: ObservedElement[] = [];
  yield* eachInSteps(observed, (element) => {
    const { key, verdict, counter } = element;
    const stays = wanted.has(key) && wanted.get(key)?.verdict === verdict && (counter !== undefined) === counts;
    if (stays) kept.add(key);
    else removed.push(element);
  });
  const added: Element[] = [];
  yield* eachInSteps(set.elements, (element) => kept.has(element.key) || added.push(element));
  return { set, added, removed };
}

const kindOf = (line: string): ChangeKind => (line.startsWith("rule ") ? "rule" : "chain");

const elementLine = (table: Pick<DesiredTable, "family" | "name">, set: string, element: Element) =>
  `${placeOf(table, "element")} ${set} { ${formatElement(element)} }`;

function* changesOf(
  desired: DesiredTable,
  frame: readonly string[],
  observed: ObservedTable,
  edits: readonly ElementEdit[],
): Steps<readonly Change[]> {
  const changes: Change[] = [];
  const push = (op: Change["op"], kind: ChangeKind, line: string) => changes.push({ op, kind, line });
  let next = 0;
  let shift = 0;
  const keepUntil = (end: number) => {
    while (next < end) {
      const line = observed.frame[next++] ?? "";
      push("keep", kindOf(line), line);
    }
  };
  const steps = diffLines(observed.frame, frame);
  if (!steps) {
    for (const line of observed.frame) push("remove", kindOf(line), line);
    for (const line of frame) push("add", kindOf(line), line);
    next = observed.frame.length;
  }
  for (const { op, place, line } of steps ?? []) {
    keepUntil(place - 1 - shift);
    push(op === "delete" ? "remove" : "add", kindOf(line), line);
    shift += op === "delete" ? -1 : 1;
    if (op === "delete") next++;
  }
  keepUntil(observed.frame.length);

  for (const { set, added, removed } of edits) {
    const line = (element: Element) => elementLine(desired, set.name, element);
    const isAdded = new Set(added.map(({ key }) => key));
    yield* eachInSteps(removed, (element) => push("remove", "element", line(element)));
    yield* eachInSteps(set.elements, (element) => {
      push(isAdded.has(element.key) ? "add" : "keep", "element", line(element));
    });
  }
  const isWanted = new Set(desired.sets.map(({ name }) => name));
  for (const [set, elements] of observed.elements) {
    if (isWanted.has(set)) continue;
    for (const element of elements) push("remove", "element", elementLine(desired, set, element));
  }
  return changes;
}

/**
 * Deletes and adds elements. They are added in a table block: for `add element`, nft 1.0.6 first reads all elements of all
 * tables, which takes seconds if there are large ones.
 */
function* editText(desired: DesiredTable, edits: readonly ElementEdit[]): Steps<string> {
  const deletions = edits.flatMap(({ set, removed }) =>
    removed.length === 0
      ? []
      : [`delete ${placeOf(desired, "element")} ${set.name} { ${removed.map(({ key }) => key).join(", ")} }`],
  );
  const additions: string[] = [];
  for (const { set, added, removed } of edits) {
    if (added.length > 0) additions.push(yield* setText(set, added, carryCounters(desired.family, added, removed)));
  }
  return lines(...deletions, ...(additions.length > 0 ? [`${placeOf(desired, "table")} {`, ...additions, "}"] : []));
}

/** Replaces any table of this name with the whole table. */
function* tableText(desired: DesiredTable, observed: ObservedTable): Steps<string> {
  const table = placeOf(desired, "table");
  const sets: string[] = [];
  for (const set of desired.sets) {
    const counters = carryCounters(desired.family, set.elements, observed.elements.get(set.name) ?? []);
    sets.push(yield* setText(set, set.elements, counters));
  }
  return lines(
    `add ${table}`,
    `delete ${table}`,
    `${table} {`,
    `\tcomment "${desired.comment}"`,
    ...sets,
    ...desired.chains.flatMap(({ name, hook, rules }) => [
      `\tchain ${name} {`,
      ...(hook ? [`\t\t${hook}`] : []),
      ...rules.map((rule) => {
        const counter = observed.counters.get(`${placeOf(desired, "rule")} ${name} ${rule}`);
        return `\t\t${counter ? rule.replace(/\bcounter\b/, counterText(counter)) : rule}`;
      }),
      "\t}",
    ]),
    "}",
  );
}

/** A set with these elements and their initial counters. */
function* setText(
  { kind, name, properties }: NftSet,
  elements: readonly Element[],
  counters: ReadonlyMap<string, Counter>,
): Steps<string> {
  const texts: string[] = [];
  yield* eachInSteps(elements, ({ key, verdict }) => {
    const counter = counters.get(key);
    texts.push(formatElement({ key: counter ? `${key} ${counterText(counter)}` : key, verdict }));
  });
  return [
    `\t${kind} ${name} {`,
    ...properties.map((property) => `\t\t${property}`),
    ...(texts.length > 0 ? [`\t\telements = { ${texts.join(",\n\t\t\t     ")} }`] : []),
    "\t}",
  ].join("\n");
}

const counterText = ({ packets, bytes }: Counter) => `counter packets ${packets} bytes ${bytes}`;

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join("");
