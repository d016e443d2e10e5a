// Finds rules that backends other than the one in use have left on the node.
import type { Family } from "../core/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Opened } from "./open.ts";
import { holdsNothing } from "./succession.ts";
import type { Transaction } from "./transaction.ts";

/** Rules that the next sync removes once its own are in force. */
export interface Leftover {
  readonly family: Family;
  /** The backend that left them: `iptables-nft`. */
  readonly backend: string;
  readonly transaction: Transaction;
}

/** Finds the leftovers in the families of a policy. Writes nothing; `warn` receives what cannot be read. */
export async function findLeftovers(
  { others }: Opened,
  policy: readonly FamilyPolicy[],
  warn: (message: string) => void,
): Promise<readonly Leftover[]> {
  const places = await others();
  const found = await Promise.all(
    places.flatMap((other) =>
      policy.map(async ({ family, chain }): Promise<readonly Leftover[]> => {
        try {
          const transaction = await other.planCleanup(family, chain);
          return transaction ? [{ family, backend: other.name, transaction }] : [];
        } catch (error) {
          if (!holdsNothing(other, family, error)) warn(`${family} (${other.name}): ${(error as Error).message}`);
          return [];
        }
      }),
    ),
  );
  return found.flat();
}

/** A leftover as one line. */
export function formatLeftover({ family, backend, transaction }: Leftover): string {
  const { removed } = transaction.counts;
  return `${family} (${backend}): leftover rules: ${removed} to remove once the rules above are in force`;
}
