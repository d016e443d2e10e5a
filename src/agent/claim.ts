// A claim on a chain, by which a second agent on the node is noticed.
import { type Held, takeName } from "../host/index.ts";

export interface Claim {
  /** Claims the chain, or asks again; answers false while another agent holds it, true where that cannot be told. */
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
      const name = await takeName(`chain/${chain}`, () => {
        held = undefined;
      });
      if (typeof name === "object") held = name;
      return name !== "taken";
    },
    release: () => void held?.close(),
  };
}
