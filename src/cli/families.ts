// The families are independent: one that fails keeps none of the others from its answer.
import type { Family } from "../core/index.ts";
import { describeError } from "../errors/index.ts";

export type Outcome<T> =
  | { readonly family: Family; readonly value: T; readonly error?: undefined }
  | { readonly family: Family; readonly error: string };

/** Does `work` for each, all at the same time; the outcomes are in their order. */
export function forEachFamily<P extends { readonly family: Family }, T>(
  parts: readonly P[],
  work: (part: P) => Promise<T>,
): Promise<Outcome<T>[]> {
  return Promise.all(
    parts.map((part) =>
      work(part).then(
        (value) => ({ family: part.family, value }),
        (error: unknown) => ({ family: part.family, error: describeError(error) }),
      ),
    ),
  );
}
