// The files that a config consists of.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ConfigFileError, readSources, sameSources } from "../../src/agent/config-file.ts";
import { parseSources } from "../../src/agent/loaded-config.ts";

const folder = mkdtempSync(`${tmpdir()}/masq-sources-`);
test.after(() => rmSync(folder, { recursive: true }));

const OPTIONS = { ipv6: false, reservedRanges: false };
const names = (paths: readonly string[]) => readSources(paths).map(({ file }) => file.replace(`${folder}/`, ""));

/** As kubelet mounts a ConfigMap: names are links into a folder, which is reached by another link. */
function mount(path: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(`${path}/..2026_11`, { recursive: true });
  symlinkSync("..2026_11", `${path}/..data`);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(`${path}/..2026_11/${name}`, text);
    symlinkSync(`..data/${name}`, `${path}/${name}`);
  }
}

test("a folder means its files named ip-masq*, in the order of their names", () => {
  mount(`${folder}/config`, {
    "ip-masq-agent": "nonMasqueradeCIDRs: [10.0.0.0/8]\n",
    "ip-masq-agent-reconciled": "nonMasqueradeCIDRs: [11.0.0.0/8]\n",
    other: "nonMasqueradeCIDRs: [x]\n",
  });
  mkdirSync(`${folder}/config/ip-masq-folder`);
  assert.equal(names([`${folder}/config`]), ["config/ip-masq-agent", "config/ip-masq-agent-reconciled"]);
  assert.equal(names([`${folder}/config/`]), ["config/ip-masq-agent", "config/ip-masq-agent-reconciled"]);
  const { config } = parseSources(readSources([`${folder}/config`]), OPTIONS);
  assert.equal(
    config?.nonMasqueradeCIDRs.map(({ text }) => text),
    ["10.0.0.0/8", "11.0.0.0/8"],
  );
  // A file that is named twice is read once; none of several files may be missing.
  const file = `${folder}/config/other`;
  assert.equal(names([file, file]), ["config/other"]);
  assert.throws(
    () => readSources([file, `${folder}/none`]),
    /none: file not found; if several are named, each must exist/,
  );
  assert.equal(names([`${folder}/none`]), []);
  assert.equal(parseSources(readSources([`${folder}/none`]), OPTIONS).config?.nonMasqueradeCIDRs.length, 3);
});

test("a folder without such a file does not mean the defaults", () => {
  mkdirSync(`${folder}/empty`);
  assert.throws(() => readSources([`${folder}/empty`]), /empty: it is a directory without a file/);
  // Next to a path that has one it may be empty, such as an optional ConfigMap.
  assert.equal(names([`${folder}/config`, `${folder}/empty`]).length, 2);
});

test("all files together are bounded", () => {
  mkdirSync(`${folder}/large`);
  const write = (name: string) => writeFileSync(`${folder}/large/ip-masq-${name}`, "#".repeat(1_048_576));
  for (const name of ["a", "b", "c", "d"]) write(name);
  assert.is(readSources([`${folder}/large`]).length, 4);
  write("e");
  assert.throws(
    () => readSources([`${folder}/large`]),
    (error: Error) => error instanceof ConfigFileError && /ip-masq-e: .* exceeds 4 MiB/.test(error.message),
  );
  mkdirSync(`${folder}/many`);
  for (let i = 0; i < 101; i++) writeFileSync(`${folder}/many/ip-masq-${i}`, "");
  assert.throws(() => readSources([`${folder}/many`]), /at most 100 files/);
});

test("sources are equal if their names and bytes are", () => {
  const source = (file: string, text: string) => ({ file, bytes: new TextEncoder().encode(text) });
  const cases: [[string, string][], [string, string][], boolean][] = [
    [[], [], true],
    [[["a", "x"]], [["a", "x"]], true],
    [[["a", "x"]], [["b", "x"]], false],
    [[["a", "x"]], [["a", "y"]], false],
    [
      [["a", "x"]],
      [
        ["a", "x"],
        ["b", ""],
      ],
      false,
    ],
  ];
  for (const [a, b, same] of cases) {
    assert.is(
      sameSources(
        a.map((one) => source(...one)),
        b.map((one) => source(...one)),
      ),
      same,
    );
  }
});

test.run();
