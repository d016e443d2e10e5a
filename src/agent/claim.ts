// A claim on a chain, so that a second agent on the node is detected.
import { type Held, heldNames, takeName } from "../host/index.ts";

/** The prefix of a claim's name; the chain follows. */
const CLAIM = "chain/";

/** A claimed chain. */
export interface ClaimedChain {
  readonly chain: string;
  /** The inode number of the socket that claims it. */
  readonly inode: string;
}

/** The chains that agents claim in this network namespace, as far as they are visible. */
export function claimedChains(): readonly ClaimedChain[] {
  return heldNames(CLAIM).map(({ name, inode }) => ({ chain: name.slice(CLAIM.length), inode }));
}

export interface Claim {
  /** Claims the chain, or tries again; returns false while another agent holds it, true if that is unknown. */
  hold(): Promise<boolean>;
  release(): void;
}

/** Creates a claim: it belongs to this network namespace, as the rules do, and ends with the process. */
export function claimChain(chain: string): Claim {
  let held: Held | undefined;
  return {
    hold: async () => {
      if (held) return true;
      // The name is released if a process floods it with connections; the next call claims it again.
      const name = await takeName(`${CLAIM}${chain}`, () => {
        held = undefined;
      });
      if (typeof name === "object") held = name;
      return name !== "taken";
    },
    release: () => void held?.close(),
  };
}
