// Every way in which a config file changes is noticed.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { pollFile } from "../../src/agent/poll.ts";
import { watchFile } from "../../src/agent/watch.ts";

/** How a file is followed on Node, and on Deno. */
const FOLLOWERS = {
  watched: (file: string, changed: (written: boolean) => void) => watchFile(file, changed, assert.unreachable),
  polled: pollFile,
};

/** What is there before, and what happens then. `d` is an empty folder; the file is `d/etc/config`. */
const CASES: Record<string, [(d: string) => void, (d: string) => void]> = {
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
  "a folder that goes": [(d) => make(d, "a"), (d) => rmSync(`${d}/etc`, { recursive: true })],
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
  for (let waited = 0; waited < ms && !condition(); waited += 10) await new Promise((done) => setTimeout(done, 10));
  return condition();
}

for (const [how, follow] of Object.entries(FOLLOWERS)) {
  for (const [name, [before, then]] of Object.entries(CASES)) {
    test(`${name} (${how})`, async () => {
      const folder = mkdtempSync(`${tmpdir()}/masq-watch-`);
      let events = 0;
      try {
        before(folder);
        const watch = follow(`${folder}/etc/config`, () => events++);
        then(folder);
        assert.ok(await within(5_000, () => events > 0), "it was not noticed");
        // What is watched now is what is there now: the next change is noticed as well.
        await new Promise((done) => setTimeout(done, 50));
        events = 0;
        rmSync(`${folder}/etc`, { recursive: true, force: true });
        mkdirSync(`${folder}/etc`);
        writeFileSync(`${folder}/etc/config`, "c");
        assert.ok(await within(5_000, () => events > 0), "the change after it was not noticed");
        await new Promise((done) => setTimeout(done, 50));
        watch.close();
        events = 0;
        writeFileSync(`${folder}/etc/config`, "d");
        await new Promise((done) => setTimeout(done, 50));
        assert.is(events, 0, "it is watched no more");
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  test(`what is written in place is told from what is put there whole (${how})`, async () => {
    const folder = mkdtempSync(`${tmpdir()}/masq-watch-`);
    try {
      make(folder, "a");
      const events: boolean[] = [];
      const watch = follow(`${folder}/etc/config`, (written) => events.push(written));
      writeFileSync(`${folder}/etc/config`, "b");
      assert.ok(await within(5_000, () => events.includes(true)));
      await new Promise((done) => setTimeout(done, 50));
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
