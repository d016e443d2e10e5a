import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Committed, converge, VerifyError } from "../../src/backends/converge.ts";
import { type Change, countsOf, type Transaction } from "../../src/backends/transaction.ts";
import { errorOf } from "../error-of.ts";

/** The changes from one list of exceptions to another. */
function diff(wanted: string, observed: string): Transaction | undefined {
  if (wanted === observed) return undefined;
  const exceptions = (op: Change["op"], text: string, other: string) =>
    [...text].filter((one) => !other.includes(one)).map((line): Change => ({ op, kind: "exception", line }));
  const changes: Change[] = [
    { op: "keep", kind: "policy", line: "list" },
    ...exceptions("remove", observed, wanted),
    ...exceptions("add", wanted, observed),
  ];
  return { family: "ipv4", text: `${observed}>${wanted};`, changes, counts: countsOf(changes) };
}

/** A backend that stores a text. `ends` gives the outcome of each transaction, and may change the text before it. */
function store(text: string, ends: ((set: (text: string) => void) => Committed)[]) {
  const set = (next: string) => {
    text = next;
  };
  let looks = 0;
  return {
    looks: () => looks,
    text: () => text,
    observe: async () => {
      looks++;
      return text;
    },
    commit: async ({ text: edit }: Transaction) => {
      const committed = (ends.shift() ?? (() => "written"))(set);
      if (committed === "written" || committed === "verified") set(edit.slice(edit.indexOf(">") + 1, -1));
      return committed;
    },
    diff,
  };
}

test("nothing is written if nothing is left to write", async () => {
  const kept = store("ab", []);
  assert.is(await converge({ ...kept, wanted: "ab" }), undefined);
  assert.is(kept.looks(), 1);
});

test("after a write the state is observed again, and returned", async () => {
  const kept = store("ax", []);
  const written = await converge({ ...kept, wanted: "ab" });
  assert.equal(written?.counts, { added: 1, removed: 1, kept: 0 }, "lines that only hold others do not count");
  assert.is(kept.text(), "ab");
  assert.is(kept.looks(), 2);
});

test("a change that needs no verification is not observed again", async () => {
  const kept = store("a", [() => "verified"]);
  assert.is((await converge({ ...kept, wanted: "b" }))?.text, "a>b;");
  assert.is(kept.looks(), 1);
});

test("changes by other programs in between are corrected, and the transactions are combined", async () => {
  let writes = 0;
  const kept = store("a", []);
  const commit = async (edit: Transaction): Promise<Committed> => {
    const committed = await kept.commit(edit);
    // Right after the first transaction another program undoes it.
    if (++writes === 1) await kept.commit({ ...edit, text: ">x;" });
    return committed;
  };
  const written = await converge({ ...kept, commit, wanted: "b" });
  assert.is(written?.text, "a>b;x>b;");
  assert.equal(written?.counts, { added: 2, removed: 2, kept: 0 });
});

test("after three transactions it gives up, and shows what is left", async () => {
  const kept = store("a", []);
  let count = 0;
  const commit = async (): Promise<Committed> => {
    count++;
    return "written";
  };
  const error = await errorOf(converge({ ...kept, commit, wanted: "b" }));
  assert.instance(error, VerifyError);
  assert.match(error.message, /^after 3 transactions .*:\n {2}- a\n {2}\+ b$/);
  assert.is(count, 3);
  const finalError = () => new Error("all the time");
  for (const ending of ["written", "outdated"] as const) {
    const never = converge({ ...kept, commit: async () => ending, wanted: "b", finalError });
    assert.is((await errorOf(never)).message, "all the time");
  }
});

test("a refused transaction is tried again only if something has changed", async () => {
  const refused = new Error("no luck");
  const still = store("a", [() => refused]);
  assert.is(await errorOf(converge({ ...still, wanted: "b" })), refused);
  assert.is(still.text(), "a");

  const moved = (set: (text: string) => void) => {
    set("x");
    return refused;
  };
  assert.is((await converge({ ...store("a", [moved]), wanted: "b" }))?.text, "x>b;");

  const done = (set: (text: string) => void) => {
    set("b");
    return refused;
  };
  assert.is(await converge({ ...store("a", [done]), wanted: "b" }), undefined, "another did it");
});

test("an error from a commit ends the sync", async () => {
  const commit = () => Promise.reject(new Error("a defect"));
  assert.is((await errorOf(converge({ ...store("a", []), commit, wanted: "b" }))).message, "a defect");
});

/** The observed, desired and effective states, and the repair that is reported. */
const DRIFTS: [string, string, string[], string | undefined][] = [
  ["a", "b", ["a"], undefined],
  ["x", "b", ["b"], "x>b;"],
  ["x", "b", ["a"], "x>a;"],
  ["a", "c", ["b", "a"], undefined],
  ["x", "c", ["b", "a"], "x>b;"],
  // Another agent, or an earlier attempt, has already written the desired state.
  ["b", "b", ["a"], undefined],
];

for (const [observed, wanted, inForce, repair] of DRIFTS) {
  test(`drift: ${observed} is observed, ${wanted} is desired, ${inForce} is in force`, async () => {
    const reports: string[] = [];
    const past = { inForce, drifted: ({ text }: Transaction) => reports.push(text) };
    await converge({ ...store(observed, [() => "outdated", () => "outdated"]), wanted, past });
    assert.equal(reports, repair === undefined ? [] : [repair], "it is reported once");
  });
}

test("while another process writes, the desired state is computed first", async () => {
  for (const [text, expected] of [
    ["b", undefined],
    ["a", "a>b;"],
  ] as const) {
    const written = await converge({
      ...store(text, []),
      wanted: "b",
      locked: async ({ isNeeded, work }) => ((await isNeeded()) ? work() : undefined),
    });
    assert.is(written?.text, expected);
  }
});

test.run();
