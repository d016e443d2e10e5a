// The entries of both families as trees of prefixes.

import type { FamilyPolicy } from "../policy/index.ts";
import { EnableIpv6 } from "./enable-ipv6.tsx";
import { PrefixTree } from "./prefix-tree.tsx";
import { ScopeNote } from "./scope-note.tsx";
import { evaluationBefore, inForce } from "./store.ts";

const FAMILIES = [
  { family: "ipv4", name: "IPv4" },
  { family: "ipv6", name: "IPv6" },
] as const;

export function Entries() {
  const { policy } = inForce.value;
  if (!policy) return <p class="note">The entries are shown once the config is valid.</p>;
  const old = evaluationBefore.value?.policy;
  const of = (all: readonly FamilyPolicy[] | undefined, family: FamilyPolicy["family"]) =>
    all?.find((one) => one.family === family);
  return (
    <>
      <p class="note">
        The longest prefix that contains the destination decides; an entry inside another is an exception to it.
      </p>
      {FAMILIES.map(({ family, name }) => {
        const now = of(policy, family);
        return (
          <section key={family} class="block" data-testid={`entries-${family}`}>
            <h3>{name}</h3>
            {now ? (
              <>
                <ScopeNote policy={now} before={of(old, family)} testid={`scope-${family}`} />
                <PrefixTree policy={now} before={of(old, family)} />
              </>
            ) : (
              <p class="note">
                Without <code>--enable-ipv6</code> the agent writes no IPv6 rules, so every IPv6 packet keeps its
                address. <EnableIpv6 />
              </p>
            )}
          </section>
        );
      })}
    </>
  );
}
