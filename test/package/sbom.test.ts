// The metadata of dist/: the bill of materials, the licenses, the checksums.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { Ajv } from "ajv";
import { test } from "uvu";
import * as assert from "uvu/assert";

interface Component {
  "bom-ref": string;
  group?: string;
  name: string;
  version: string;
  type: string;
  hashes: { alg: string; content: string }[];
  licenses?: object[];
}

const bill = JSON.parse(readFileSync("dist/sbom.cdx.json", "utf8"));
const packages: Component[] = bill.components;
const files: Component[] = bill.metadata.component.components;
const uses = new Map<string, string[]>(
  bill.dependencies.map(({ ref, dependsOn = [] }: { ref: string; dependsOn?: string[] }) => [ref, dependsOn]),
);

const nameOf = ({ group, name }: Component) => (group ? `${group}/${name}` : name);
const hashOf = (file: string) =>
  createHash("sha256")
    .update(readFileSync(`dist/${file}`))
    .digest("hex");

/** The packages that have code in a file. */
const inFile = (file: string) =>
  packages.filter((one) => uses.get(`file:${file}`)?.includes(one["bom-ref"])).map(nameOf);

test("the bill of materials is CycloneDX 1.6", () => {
  const read = (name: string) =>
    JSON.parse(readFileSync(`node_modules/@cyclonedx/cyclonedx-library/res/schema/${name}`, "utf8"));
  // ajv does not know its formats (IRIs, dates).
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ["spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"]) {
    ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}`);
  }
  const isBill = ajv.compile(read("bom-1.6.SNAPSHOT.schema.json"));
  assert.is(isBill(bill), true, ajv.errorsText(isBill.errors));
  assert.is(isBill({ ...bill, components: [{}] }), false);
});

test("it names the version, each package with its license, and the files that have code of each package", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.is(bill.metadata.component.version, version);
  for (const one of packages) {
    assert.is(one.licenses?.length, 1, one.name);
    assert.match(one.hashes[0]?.content ?? "", /^[0-9a-f]{128}$/, one.name);
  }
  assert.equal(inFile("core.wasm"), ["assemblyscript"]);
  const cases: [string, string[], string[]][] = [
    ["ip-masq-agent.mjs", ["assemblyscript", "prom-client", "yaml"], ["preact"]],
    ["preview.html", ["assemblyscript", "preact", "@codemirror/view", "yaml"], ["prom-client"]],
    ["lib/config.mjs", ["valibot", "yaml"], ["preact"]],
  ];
  for (const [file, there, elsewhere] of cases) {
    const found = inFile(file);
    for (const name of there) assert.ok(found.includes(name), `${file}: ${name}`);
    for (const name of elsewhere) assert.not.ok(found.includes(name), `${file}: ${name}`);
  }
  // Every package is in some file, and is used by the program or another package.
  const used = (kind: (ref: string) => boolean) => new Set([...uses].flatMap(([ref, refs]) => (kind(ref) ? refs : [])));
  const all = packages.map((one) => one["bom-ref"]).sort();
  assert.equal([...used((ref) => ref.startsWith("file:"))].sort(), all);
  assert.equal([...used((ref) => !ref.startsWith("file:"))].sort(), all);
});

test("it has every file that contains code, with its hash", () => {
  const code = readdirSync("dist", { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(mjs|wasm|html)$/.test(name),
  );
  assert.equal(files.map(({ name }) => name).sort(), code.sort());
  for (const { name, hashes } of files) assert.equal(hashes, [{ alg: "SHA-256", content: hashOf(name) }], name);
});

test("the licenses are those of the same packages, each complete", () => {
  const parts = readFileSync("dist/THIRD-PARTY.txt", "utf8").split(`\n${"-".repeat(80)}\n\n`);
  const licensed = parts.map((part) => /^(\S+ \d+\.\d+\.\d+\S*) \([^)]+\)\n/.exec(part)?.[1] ?? part);
  assert.equal(licensed.sort(), packages.map((one) => `${nameOf(one)} ${one.version}`).sort());
  for (const part of parts)
    assert.match(part, /WITHOUT (ANY )?WARRANT|THE SOFTWARE IS PROVIDED "AS IS"/i, part.slice(0, 80));
  const compiler = parts.find((part) => part.startsWith("assemblyscript ")) ?? "";
  assert.match(compiler, /Apache License[\s\S]*musl libc/, "the license and its notices");
});

test("the checksums cover all files", () => {
  const sums = readFileSync("dist/SHA256SUMS", "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("  "));
  for (const [sum, file = ""] of sums) assert.is(hashOf(file), sum, file);
  const all = readdirSync("dist", { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(`dist/${name}`).isFile(),
  );
  assert.equal(
    sums.map(([, file]) => file),
    all.filter((name) => name !== "SHA256SUMS").sort(),
  );
});

test.run();
