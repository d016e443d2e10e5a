// A claim on a chain, by which a second agent on the node is noticed.
import { type Held, heldNames, takeName } from "../host/index.ts";

/** How the names of claims begin; the chain follows. */
const CLAIM = "chain/";

/** A chain that is claimed. */
export interface ClaimedChain {
  readonly chain: string;
  /** The inode number of the socket that claims it. */
  readonly inode: string;
}

/** The chains that agents claim in this network namespace, as far as that can be told. */
export function claimedChains(): readonly ClaimedChain[] {
  return heldNames(CLAIM).map(({ name, inode }) => ({ chain: name.slice(CLAIM.length), inode }));
}

export interface Claim {
  /** Claims the chain, or asks again; returns false while another agent holds it, true if that cannot be told. */
  hold(): Promise<boolean>;
  release(): void;
}

/** A claim on a chain: it belongs to this node's network namespace, as the rules do, and goes with its process. */
export function claimChain(chain: string): Claim {
  let held: Held | undefined;
  return {
    hold: async () => {
      if (held) return true;
      // Given up when a process floods it with connections; the next look claims it again.
      const name = await takeName(`${CLAIM}${chain}`, () => {
        held = undefined;
      });
      if (typeof name === "object") held = name;
      return name !== "taken";
    },
    release: () => void held?.close(),
  };
}
