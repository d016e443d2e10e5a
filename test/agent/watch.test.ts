// Every kind of change to a config file is noticed.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { pollFile } from "../../src/agent/poll.ts";
import { watchFile } from "../../src/agent/watch.ts";

type Follow = (file: string, changed: (written: boolean) => void) => { close(): void };

/** How a file is followed on Node, and on Deno. */
const FOLLOWERS: Readonly<Record<string, Follow>> = {
  watched: (file: string, changed: (written: boolean) => void) => watchFile(file, changed, assert.unreachable),
  polled: pollFile,
};

/** Prepares an empty folder `d`, and then changes it. The file is `d/etc/config`. */
type Case = readonly [before: (d: string) => void, then: (d: string) => void];

const CASES: Readonly<Record<string, Case>> = {
  "a write": [(d) => make(d, "a"), (d) => writeFileSync(`${d}/etc/config`, "b")],
  "an atomic replacement": [
    (d) => make(d, "a"),
    (d) => {
      writeFileSync(`${d}/etc/new`, "b");
      renameSync(`${d}/etc/new`, `${d}/etc/config`);
    },
  ],
  "a removal": [(d) => make(d, "a"), (d) => unlinkSync(`${d}/etc/config`)],
  "a file that appears": [(d) => mkdirSync(`${d}/etc`), (d) => writeFileSync(`${d}/etc/config`, "b")],
  "a folder that appears": [() => {}, (d) => make(d, "b")],
  "a folder that is replaced": [
    (d) => make(d, "a"),
    (d) => {
      mkdirSync(`${d}/other`);
      writeFileSync(`${d}/other/config`, "b");
      renameSync(`${d}/etc`, `${d}/old`);
      renameSync(`${d}/other`, `${d}/etc`);
    },
  ],
  "a folder further up that is replaced": [
    (d) => make(d, "a"),
    (d) => {
      renameSync(d, `${d}-old`);
      mkdirSync(`${d}/etc`, { recursive: true });
      writeFileSync(`${d}/etc/config`, "b");
      rmSync(`${d}-old`, { recursive: true });
    },
  ],
  "a link whose target appears": [
    (d) => {
      mkdirSync(`${d}/etc`);
      mkdirSync(`${d}/far`);
      symlinkSync("../far/file", `${d}/etc/config`);
    },
    (d) => writeFileSync(`${d}/far/file`, "b"),
  ],
  "a folder that is removed": [(d) => make(d, "a"), (d) => rmSync(`${d}/etc`, { recursive: true })],
  "a ConfigMap's new ..data link": [
    (d) => {
      mkdirSync(`${d}/etc/..1`, { recursive: true });
      writeFileSync(`${d}/etc/..1/config`, "a");
      symlinkSync("..1", `${d}/etc/..data`);
      symlinkSync("..data/config", `${d}/etc/config`);
    },
    (d) => {
      mkdirSync(`${d}/etc/..2`);
      writeFileSync(`${d}/etc/..2/config`, "b");
      symlinkSync("..2", `${d}/etc/..data_tmp`);
      renameSync(`${d}/etc/..data_tmp`, `${d}/etc/..data`);
    },
  ],
  "a write behind a link": [
    (d) => {
      mkdirSync(`${d}/etc`);
      mkdirSync(`${d}/far`);
      writeFileSync(`${d}/far/file`, "a");
      symlinkSync(`${d}/far/file`, `${d}/etc/config`);
    },
    (d) => writeFileSync(`${d}/far/file`, "b"),
  ],
};

function make(d: string, text: string): void {
  mkdirSync(`${d}/etc`);
  writeFileSync(`${d}/etc/config`, text);
}

async function within(ms: number, condition: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < ms && !condition(); waited += 10) await sleep(10);
  return condition();
}

/** Does `then`, and checks that it and the next change are noticed, and none after the close. */
async function checkNoticed(follow: Follow, [before, then]: Case): Promise<void> {
  const folder = mkdtempSync(`${tmpdir()}/masq-watch-`);
  let events = 0;
  try {
    before(folder);
    const watch = follow(`${folder}/etc/config`, () => events++);
    then(folder);
    assert.ok(await within(5_000, () => events > 0), "the change was not noticed");
    // The paths that exist now are watched, so the next change is noticed as well.
    await sleep(50);
    events = 0;
    rmSync(`${folder}/etc`, { recursive: true, force: true });
    mkdirSync(`${folder}/etc`);
    writeFileSync(`${folder}/etc/config`, "c");
    assert.ok(await within(5_000, () => events > 0), "the next change was not noticed");
    await sleep(50);
    watch.close();
    events = 0;
    writeFileSync(`${folder}/etc/config`, "d");
    await sleep(50);
    assert.is(events, 0, "changes are still noticed after the close");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [how, follow] of Object.entries(FOLLOWERS)) {
  // They mostly wait, so all of them run at once.
  const outcomes = Object.values(CASES).map((one) => checkNoticed(follow, one).catch((error: unknown) => error));
  for (const [i, name] of Object.keys(CASES).entries()) {
    test(`${name} (${how})`, async () => {
      const error = await outcomes[i];
      if (error !== undefined) throw error;
    });
  }

  test(`a write in place is distinguished from an atomic replacement (${how})`, async () => {
    const folder = mkdtempSync(`${tmpdir()}/masq-watch-`);
    try {
      make(folder, "a");
      const events: boolean[] = [];
      const watch = follow(`${folder}/etc/config`, (written) => events.push(written));
      writeFileSync(`${folder}/etc/config`, "b");
      assert.ok(await within(5_000, () => events.includes(true)));
      await sleep(50);
      events.length = 0;
      writeFileSync(`${folder}/etc/new`, "c");
      renameSync(`${folder}/etc/new`, `${folder}/etc/config`);
      assert.ok(await within(5_000, () => events.length > 0));
      assert.not(events.includes(true));
      watch.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test.run();
