import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { diffChain, type ObservedChain, removeChain } from "../../../src/backends/iptables/index.ts";

const DESIRED = {
  family: "ipv4",
  chain: "OURS",
  jump: "-m mark -j OURS",
  rules: ["-d 1 -j RETURN", "-d 2 -j RETURN", "-j M"],
} as const;

function observed(rules: readonly string[] | undefined, jumps: readonly string[]): ObservedChain {
  const scanned = (spec: string) => ({ spec, packets: 0n, bytes: 0n });
  return { exists: rules !== undefined, rules: (rules ?? []).map(scanned), jumps: jumps.map(scanned), references: [] };
}

const lines = (state: ObservedChain) => diffChain(DESIRED, state)?.text.split("\n").slice(1, -2);

test("transactions", () => {
  const { rules, jump } = DESIRED;
  const cases: [string, ObservedChain, string[] | undefined][] = [
    ["in sync", observed(rules, [jump]), undefined],
    [
      "nothing there",
      observed(undefined, []),
      [":OURS - [0:0]", ...rules.map((rule) => `-A OURS ${rule}`), `-A POSTROUTING ${jump}`],
    ],
    ["no jump", observed(rules, []), ["-I OURS 4 -j RETURN", "-D OURS 4", `-A POSTROUTING ${jump}`]],
    ["the jump twice", observed(rules, [jump, jump]), [`-D POSTROUTING ${jump}`]],
    [
      "an older jump",
      observed(rules, ["-j OURS"]),
      ["-I OURS 4 -j RETURN", "-D OURS 4", "-D POSTROUTING -j OURS", `-A POSTROUTING ${jump}`],
    ],
    ["an older jump besides", observed(rules, ["-j OURS", jump]), ["-D POSTROUTING -j OURS"]],
    ["empty chain", observed([], [jump]), rules.map((rule) => `-A OURS ${rule}`)],
    ["no chain but a jump", observed(undefined, [jump]), [":OURS - [0:0]", ...rules.map((rule) => `-A OURS ${rule}`)]],
    ["one missing", observed(["-d 1 -j RETURN", "-j M"], [jump]), ["-I OURS 2 -d 2 -j RETURN"]],
    ["last missing", observed(["-d 1 -j RETURN", "-d 2 -j RETURN"], [jump]), ["-A OURS -j M"]],
    ["one too many", observed(["-d 0 -j RETURN", ...rules], [jump]), ["-D OURS 1"]],
    [
      "another order",
      observed(["-d 2 -j RETURN", "-d 1 -j RETURN", "-j M"], [jump]),
      ["-D OURS 1", "-I OURS 2 -d 2 -j RETURN"],
    ],
    ["nothing stays", observed(["-j OLD"], [jump]), [":OURS - [0:0]", ...rules.map((rule) => `-A OURS ${rule}`)]],
  ];
  for (const [name, state, expected] of cases) assert.equal(lines(state), expected, name);
});

/** The effect of iptables-restore --noflush on the chain and on POSTROUTING. */
function restore(text: string, chain: string[], postrouting: string[]): void {
  for (const line of text.split("\n")) {
    const [, verb, name, rest = ""] = /^-([ADI]) (\S+) (.*)$/.exec(line) ?? [];
    const list = name === "POSTROUTING" ? postrouting : chain;
    const numbered = /^(\d+) ?(.*)$/.exec(rest);
    if (line.startsWith(":")) chain.length = 0;
    else if (verb === "A") list.push(rest);
    else if (verb === "I") list.splice(Number(numbered?.[1]) - 1, 0, numbered?.[2] ?? "");
    else if (verb === "D" && numbered) assert.is(list.splice(Number(numbered[1]) - 1, 1).length, 1);
    else if (verb === "D") assert.is(list.splice(list.indexOf(rest), 1)[0], rest);
  }
}

test("any state is brought to the desired one, and other programs' rules in POSTROUTING stay in order", () => {
  const rule = fc.constantFrom(...DESIRED.rules, "-d 3 -j RETURN", "-j OLD");
  const jumps = fc.array(fc.constantFrom(DESIRED.jump, "-j OURS", "-j KUBE", "-j FLANNEL"), { maxLength: 8 });
  fc.assert(
    fc.property(fc.option(fc.array(rule, { maxLength: 8 }), { nil: undefined }), jumps, (rules, all) => {
      const ours = all.filter((spec) => spec.endsWith("OURS"));
      const transaction = diffChain(DESIRED, observed(rules, ours));
      const chain = [...(rules ?? [])];
      const postrouting = [...all];
      restore(transaction?.text ?? "", chain, postrouting);
      assert.equal(chain, DESIRED.rules);
      assert.is(postrouting.filter((spec) => spec === DESIRED.jump).length, 1);
      assert.not(postrouting.includes("-j OURS"));
      const others = (list: string[]) => list.filter((spec) => !spec.endsWith("OURS"));
      assert.equal(others(postrouting), others(all));
      assert.is(diffChain(DESIRED, observed(chain, [DESIRED.jump])), undefined);
      // The changes that are shown are the changes that are made.
      const shown = (op: string) =>
        transaction?.changes.filter((change) => change.op !== op).map(({ line }) => line) ?? [];
      if (transaction) {
        const after = shown("remove").filter((line) => line.startsWith("-A OURS "));
        assert.equal(
          after,
          DESIRED.rules.map((spec) => `-A OURS ${spec}`),
        );
      }
    }),
    { numRuns: 3000 },
  );
});

test("cleanup", () => {
  const cases: [ObservedChain, string[] | undefined][] = [
    [observed(undefined, []), undefined],
    [
      observed(["-j M"], ["-j OURS", "-m mark -j OURS"]),
      ["-D POSTROUTING -j OURS", "-D POSTROUTING -m mark -j OURS", "-F OURS", "-X OURS"],
    ],
    [observed([], []), ["-F OURS", "-X OURS"]],
  ];
  for (const [state, expected] of cases) {
    assert.equal(removeChain("ipv4", "OURS", state)?.text.split("\n").slice(1, -2), expected);
  }
});

test("jumps that no line can name are removed separately", () => {
  const { rules, jump } = DESIRED;
  const beside = observed(rules, [jump]);
  const stray = { spec: '--comment "two\nlines" -j OURS', packets: 0n, bytes: 0n, handle: 7 };
  const state = { ...beside, jumps: [stray, ...beside.jumps] };

  const synced = diffChain(DESIRED, state);
  assert.is(synced?.text, "");
  assert.equal(synced?.strays, [stray]);
  assert.equal(synced?.counts, { added: 0, removed: 1, kept: rules.length + 1 });
  assert.equal(
    synced?.changes.filter(({ op }) => op === "remove"),
    [{ op: "remove", kind: "jump", line: '-A POSTROUTING --comment "two\\nlines" -j OURS' }],
  );

  // The kernel keeps a chain while a jump leads to it: the stray is removed first, and the rest after it.
  const first = removeChain("ipv4", "OURS", state);
  assert.is(first?.text, "");
  assert.equal(first?.strays, [stray]);
  const then = removeChain("ipv4", "OURS", beside);
  assert.match(then?.text ?? "", /-X OURS/);
  assert.equal(then?.strays, []);
});

test("the desired jump is kept, whatever is known about its handle", () => {
  const { rules, jump } = DESIRED;
  const found = { spec: jump, packets: 0n, bytes: 0n, handle: 7 };
  assert.is(diffChain(DESIRED, { ...observed(rules, []), jumps: [found] }), undefined);
  const twice = diffChain(DESIRED, { ...observed(rules, []), jumps: [found, { ...found, handle: 8 }] });
  assert.equal(
    twice?.strays.map(({ handle }) => handle),
    [8],
  );
});

test.run();
