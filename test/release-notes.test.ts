// The notes of a release are the changelog's section about its version.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { version } from "../package.json";
import { releaseNotes } from "../scripts/release-notes.mjs";

const CHANGELOG = `# Changelog

## 1.2.0-rc.1 (unreleased)

## 1.2.0 (2026-11-28)

One paragraph.

- An item that
  is wrapped,
  twice.
  - One inside it.

### Details

- 1.1.0 is not meant here.

## 1.1.0

- The last.
`;

test("the section of exactly this version, without its heading, and with wrapped lines joined", () => {
  const cases: readonly (readonly [version: string, notes: string | undefined])[] = [
    [
      "1.2.0",
      "One paragraph.\n\n- An item that is wrapped, twice.\n  - One inside it.\n\n### Details\n\n- 1.1.0 is not meant here.\n",
    ],
    ["1.1.0", "- The last.\n"],
    // Its section is empty.
    ["1.2.0-rc.1", undefined],
    ["1.2", undefined],
    ["1x1.0", undefined],
    ["v1.1.0", undefined],
    ["", undefined],
  ];
  for (const [asked, notes] of cases) assert.is(releaseNotes(CHANGELOG, asked), notes, asked);
});

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/release-notes.mjs", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

test("the command prints the section of the current version, and fails with the reason for one that has none", () => {
  const { status, stdout, stderr } = run(version);
  assert.equal([status, stderr], [0, ""]);
  assert.match(stdout, /^The first version: /);
  assert.not.match(stdout, /^##? /m);
  assert.equal(run("9.9.9"), {
    status: 1,
    stdout: "",
    stderr: 'CHANGELOG.md says nothing about version 9.9.9: add a section "## 9.9.9"\n',
  });
});

test("the release stops before its first test if there are no notes, and publishes only those", () => {
  const { jobs } = parse(readFileSync(".github/workflows/release.yml", "utf8"));
  const commands = (job: string): string[] => jobs[job].steps.flatMap(({ run = "" }) => run.split("\n"));
  const command = /node scripts\/release-notes\.mjs "\$\{GITHUB_REF_NAME#v\}"/;
  const first = commands("test").findIndex((line) => command.test(line));
  assert.ok(first >= 0 && first < commands("test").findIndex((line) => line.includes(".ci/run")));
  const [, file = ""] = /release-notes\.mjs .* >(\S+)/.exec(commands("release").join("\n")) ?? [];
  assert.ok(file !== "" && !file.startsWith("release/"), "the notes are not one of the files");
  assert.ok(
    commands("release").some((line) => line.startsWith("gh release create ") && line.endsWith(`--notes-file ${file}`)),
  );
});

test.run();
