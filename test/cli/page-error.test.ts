// Errors of preview: why the page cannot be written or served, and a remedy.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { unservable, unwritable } from "../../src/cli/page-error.ts";
import { describeError } from "../../src/errors/index.ts";

const failure = (code: string) => Object.assign(new Error(`${code}: raw`), { code });

test("a page that cannot be written", () => {
  const cases = [
    ["ENOENT", "its folder does not exist\ncreate it, or choose another file with --page"],
    ["EACCES", "permission denied\nchoose another file with --page"],
    ["EISDIR", "it is a directory\nchoose another file with --page"],
    ["ENOSPC", "ENOSPC: raw\nchoose another file with --page"],
  ] as const;
  for (const [code, shown] of cases) {
    assert.is(
      describeError(unwritable("/a/page.html", failure(code))),
      `cannot write the page to /a/page.html: ${shown}`,
    );
  }
});

test("a page that cannot be served", () => {
  const remedy = "choose another --port, or leave it out for a free one";
  const cases = [
    ["EADDRINUSE", `another process uses this port\n${remedy}`],
    ["EACCES", `permission denied\n${remedy}`],
    ["EADDRNOTAVAIL", "EADDRNOTAVAIL: raw"],
  ] as const;
  for (const [code, shown] of cases) {
    const error = unservable(80, failure(code));
    assert.is(describeError(error), `cannot serve the page on 127.0.0.1, port 80: ${shown}`);
  }
});

test.run();
