// The families are independent: if one fails, the other still gets its result.
import type { Family } from "../core/index.ts";
import { describeError, type ErrorData, errorData } from "../errors/index.ts";

export type Outcome<T> =
  | { readonly family: Family; readonly value: T; readonly error?: undefined }
  | { readonly family: Family; readonly error: string; readonly data: ErrorData };

/** Runs `work` for all parts concurrently; the outcomes are in the order of the parts. */
export function forEachFamily<P extends { readonly family: Family }, T>(
  parts: readonly P[],
  work: (part: P) => Promise<T>,
): Promise<Outcome<T>[]> {
  return Promise.all(
    parts.map((part) =>
      work(part).then(
        (value) => ({ family: part.family, value }),
        (error: unknown) => ({ family: part.family, error: describeError(error), data: errorData(error) }),
      ),
    ),
  );
}
