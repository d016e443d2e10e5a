// How much of a large test runs: all of it in CI, a sample elsewhere, so that all unit tests together take seconds.

export const isCI = process.env.CI !== undefined && process.env.CI !== "";

/** How many of `all` random cases run. */
export const cases = (all: number) => (isCI ? all : Math.ceil(all / 20));

/** How deep lists of all combinations go: in CI as deep as `all`, elsewhere less. */
export const depth = (all: number) => (isCI ? all : all - 2);

/** `all` in CI, `sample` elsewhere. */
export const size = (all: number, sample: number) => (isCI ? all : sample);
