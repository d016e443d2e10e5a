// A check that cannot fail proves nothing: the torture must find failures, and reproduce them.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mutate, shrink } from "../../torture/fuzz/mutate.ts";
import { type Part, report, runPart } from "../../torture/part.ts";
import { PARTS } from "../../torture/parts/index.ts";
import { flawOf } from "../../torture/parts/kill.ts";
import { randomOf } from "../random-of.ts";

const JUMP = "-A POSTROUTING -m x -j IP-MASQ-AGENT";
const WHOLE = `:IP-MASQ-AGENT - \n${JUMP}\n-A IP-MASQ-AGENT -d 10.0.0.0/8 -j RETURN\n-A IP-MASQ-AGENT -j MASQUERADE`;

test("torn reads are found", () => {
  const whole = new Set(["", WHOLE]);
  const torn = WHOLE.replace(/\n[^\n]*RETURN/, "");
  assert.is(flawOf(WHOLE, "nft", whole), undefined);
  assert.is(flawOf("", "nft", whole), undefined);
  assert.is(flawOf(torn, "nft", whole), "a jump to a chain that is not complete");
  assert.is(flawOf(WHOLE.replace(JUMP, `${JUMP}\n${JUMP}`), "legacy", whole), "2 jumps");
  assert.is(flawOf(torn.replace(`${JUMP}\n`, ""), "nft", whole), undefined, "nothing leads to it");
  assert.is(flawOf('table ip ip-masq-agent {\n\tcomment "x"\n}\n', "nftables", whole), "the table is not complete");
});

const part = (attempt: Awaited<ReturnType<Part["open"]>>["attempt"]): Part => ({
  name: "part",
  about: "",
  share: 1,
  open: async () => ({ attempt, close: async () => {} }),
});
const LIMITS = { seed: 7, milliseconds: 60_000, tries: 20, keep: false };

test("a failure has the seed that reproduces it", async () => {
  const fragile = part(async ({ random, count }) => {
    count("draws");
    if (random.below(4) === 0) throw new Error("drew 0");
  });
  const { tries, failures, counts } = await runPart(fragile, LIMITS);
  assert.ok(failures.length > 0 && tries >= failures.length);
  assert.is(counts.get("draws"), tries);
  for (const { seed } of failures) {
    const again = await runPart(fragile, { ...LIMITS, seed, tries: 1 });
    assert.equal(again.failures, [{ seed, message: "drew 0" }]);
  }
  const text = report(fragile, { tries, failures, counts, longest: new Map() }, 3);
  assert.match(text, `npm run torture -- part --seed=${failures[0]?.seed} --tries=1`);
});

test("a report has singular and plural forms", () => {
  const failure = { seed: 7, message: "drew 0" };
  const head = (tries: number, failures: readonly (typeof failure)[]) =>
    report(
      part(async () => {}),
      { tries, failures: [...failures], counts: new Map(), longest: new Map() },
      3,
    ).split("\n")[0];
  assert.is(head(1, [failure]), "part: 1 try, 1 failure, 3 s");
  assert.is(head(2_000, []), "part: 2,000 tries, 0 failures, 3 s");
});

test("it ends when its time is over, after at least one attempt", async () => {
  const { tries } = await runPart(
    part(async () => {}),
    { ...LIMITS, milliseconds: 0, tries: Number.POSITIVE_INFINITY },
  );
  assert.is(tries, 1);
});

test("mutations depend only on the seed, and are bounded", () => {
  const make = (seed: number) => mutate("10.0.0.0/8\nx", "y\nz", randomOf(seed), ["/32", "::"]);
  const made = Array.from({ length: 500 }, (_, seed) => make(seed));
  assert.equal(
    made,
    Array.from({ length: 500 }, (_, seed) => make(seed)),
  );
  assert.ok(new Set(made).size > 300);
  assert.ok(mutate("x".repeat(9_000), "", randomOf(1), ["y"]).length <= 4_000);
});

test("a failing input is shortened as long as it fails", async () => {
  const shortest = await shrink(`${"a".repeat(300)}(${"b".repeat(200)})c`, async (text) => /\(.*\)/.test(text));
  assert.is(shortest, "()");
});

test("--help and -h list all parts, without a build and without the tools that the parts need", () => {
  const built = () => statSync("dist/ip-masq-agent.mjs").mtimeMs;
  const before = built();
  const env = { ...process.env, PATH: "/nonexistent" };
  for (const flag of ["--help", "-h"]) {
    const result = spawnSync(process.execPath, ["scripts/torture.mjs", flag], { env, encoding: "utf8" });
    assert.equal([result.status, result.stderr], [0, ""]);
    assert.match(result.stdout, /^npm run torture \[-- PART…\]/);
    for (const { name, about } of PARTS) assert.ok(result.stdout.includes(`${name.padEnd(9)}  ${about}`), name);
  }
  assert.is(built(), before);
});

test.run();
