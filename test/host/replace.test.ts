// A file is replaced atomically, and keeps its owner and mode.
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { replaceFile } from "../../src/host/replace.ts";
import { kernelTest } from "../kernel/harness.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function withFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(`${tmpdir()}/masq-replace-`);
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a file that has changed since it was read is not replaced", () =>
  withFolder((folder) => {
    writeFileSync(`${folder}/f`, "theirs");
    assert.is(replaceFile(`${folder}/f`, bytes("old"), bytes("ours")), false);
    assert.is(readFileSync(`${folder}/f`, "utf8"), "theirs");
    assert.is(replaceFile(`${folder}/f`, bytes("theirs"), bytes("ours")), true);
    assert.is(readFileSync(`${folder}/f`, "utf8"), "ours");
    assert.equal(readdirSync(folder), ["f"]);
  }));

/** Does `work` as an unprivileged user who belongs to these groups. */
function unprivileged(uid: number, groups: number[], work: () => void): void {
  const before = process.getgroups?.() ?? [];
  process.setgroups?.(groups);
  process.setegid?.(uid);
  process.seteuid?.(uid);
  try {
    work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(before);
  }
}

/** The user who replaces a file of 1234:2345 with mode 0664, and its owner and mode afterwards. */
const REPLACED: [who: string, uid: number, groups: number[], after: [uid: number, gid: number, mode: number]][] = [
  ["its owner, in its group", 1234, [2345], [1234, 2345, 0o664]],
  ["its owner, in another group: it may do what everybody may", 1234, [], [1234, 1234, 0o644]],
  ["another user, in its group", 5678, [2345], [5678, 2345, 0o664]],
  ["another user, in another group: it may do what everybody may", 5678, [], [5678, 5678, 0o644]],
];

for (const [who, uid, groups, after] of REPLACED) {
  kernelTest(`a file is replaced by ${who}`, () =>
    withFolder((folder) => {
      chmodSync(folder, 0o777);
      writeFileSync(`${folder}/f`, "old");
      chownSync(`${folder}/f`, 1234, 2345);
      chmodSync(`${folder}/f`, 0o664);
      unprivileged(uid, groups, () => assert.ok(replaceFile(`${folder}/f`, bytes("old"), bytes("new"))));
      const { uid: owner, gid, mode } = statSync(`${folder}/f`);
      assert.equal([owner, gid, mode & 0o7777], after);
    }),
  );
}

test.run();
