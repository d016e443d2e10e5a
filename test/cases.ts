// How many cases large tests run: all in CI, a sample elsewhere, so that all unit tests together take seconds.

import { test } from "uvu";

const isCI = process.env.CI !== undefined && process.env.CI !== "";

/** How many of `all` random cases to run. */
export const cases = (all: number) => (isCI ? all : Math.ceil(all / 50));

/** The maximum length of lists in tests of all combinations: `all` in CI, less elsewhere. */
export const depth = (all: number) => (isCI ? all : all - 2);

/** `all` in CI, `sample` elsewhere. */
export const size = (all: number, sample: number) => (isCI ? all : sample);

/** For tests that take seconds: skipped outside CI. */
export const inCI = isCI ? test : test.skip;
