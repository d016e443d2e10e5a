/** Work that pauses at each `yield`, for some milliseconds' worth of work at most, and returns its result. */
export type Steps<T> = Generator<void, T, void>;
/** Entries of a list that are worked on between two pauses. */
export declare const PIECE = 500;
/** Carries out all steps at once. */
export declare function finish<T>(steps: Steps<T>): T;
/** Calls `visit` with each number below `count`, and pauses after every few hundred. */
export declare function countInSteps(count: number, visit: (index: number) => void): Steps<void>;
/** Calls `visit` for each entry of a list, and pauses likewise. */
export declare function eachInSteps<T>(list: readonly T[], visit: (entry: T, index: number) => void): Steps<void>;
