// Long work in steps, between which its caller may let others run.
// This module is browser-compatible.

/** Work that pauses at each `yield`, for some milliseconds' worth of work at most, and returns its result. */
export type Steps<T> = Generator<void, T, void>;

/** Entries of a list that are worked on between two pauses. */
export const PIECE = 500;

/** Carries out all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Calls `visit` with each number below `count`, and pauses after every few hundred. */
export function* countInSteps(count: number, visit: (index: number) => void): Steps<void> {
  for (let at = 0; at < count; at += PIECE) {
    if (at > 0) yield;
    const end = Math.min(at + PIECE, count);
    for (let i = at; i < end; i++) visit(i);
  }
}

/** Calls `visit` for each entry of a list, and pauses likewise. */
export function eachInSteps<T>(list: readonly T[], visit: (entry: T, index: number) => void): Steps<void> {
  return countInSteps(list.length, (i) => visit(list[i] as T, i));
}
