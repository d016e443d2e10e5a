// Long work in steps; the caller may run other work between them.
// This module is browser-compatible.

import { checkFunction, checkInteger, checkList } from "./arguments.ts";

/** Work that pauses with `yield` at least every few milliseconds, and returns its result. */
export type Steps<T> = Generator<void, T, void>;

/** The number of list entries that are processed between two pauses. */
export const PIECE = 500;

/** Runs all steps without a pause. */
export function finish<T>(steps: Steps<T>): T {
  checkFunction((steps as Steps<T> | null | undefined)?.next, "the steps' next");
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Calls `visit` with each number below `count`, and pauses after every few hundred. */
export function countInSteps(count: number, visit: (index: number) => void): Steps<void> {
  checkInteger(count, "the count");
  checkFunction(visit, "the visitor");
  return visitInSteps(count, visit);
}

function* visitInSteps(count: number, visit: (index: number) => void): Steps<void> {
  for (let at = 0; at < count; at += PIECE) {
    if (at > 0) yield;
    const end = Math.min(at + PIECE, count);
    for (let i = at; i < end; i++) visit(i);
  }
}

/** Calls `visit` for each entry of a list, and pauses after every few hundred. */
export function eachInSteps<T>(list: readonly T[], visit: (entry: T, index: number) => void): Steps<void> {
  checkList(list, "the list", "entries");
  checkFunction(visit, "the visitor");
  return visitInSteps(list.length, (i) => visit(list[i] as T, i));
}
