// The program's own documentation: help and the man page.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../src/cli/commands.ts";
import { flagsOf } from "../../src/cli/flags.ts";
import { help } from "../../src/cli/help.ts";

test("every help text fits a terminal", () => {
  for (const name of [undefined, ...Object.keys(COMMANDS)]) {
    for (const line of help(name).split("\n")) assert.ok(line.length <= 80, line);
  }
});

test("a command's help lists its flags", () => {
  for (const name of Object.keys(COMMANDS)) {
    const rows = [...help(name).matchAll(/^ {2}(?:-\w, )?--([\w-]+)(?:=(\S+))? {2}/gm)].map((match) => [
      match[1],
      match[2] ?? "",
    ]);
    assert.equal(
      rows.sort(),
      flagsOf(name)
        .map(([flag, { value }]) => [flag, value])
        .sort(),
      name,
    );
  }
  assert.match(help("impact"), /--to=FILE +the new config, its folder, or a list of CIDRs\n/);
  assert.match(
    help("render"),
    /--to=auto\|iptables\|nftables\|windows-cni\|table\s+what to print: [\s\S]*\(default auto\)/,
  );
});

test("the man page has every command and flag, and no line that roff would take for a request", () => {
  const page = readFileSync("dist/ip-masq-agent.8", "utf8");
  for (const name of [...Object.keys(COMMANDS), ...flagsOf().map(([flag]) => `--${flag}`)]) {
    assert.ok(page.includes(`\\fB${name.replaceAll("-", "\\-")}\\fR`), name);
  }
  assert.match(page, /^[ -~\n]+$/, "other characters would need a charset");
  for (const line of page.split("\n").filter((one) => /^[.']/.test(one))) {
    assert.match(line, /^\.(TH|nh|ad|SH|SS|TP|IP|PP|RS|RE|EX|EE)\b/, line);
  }
});

(process.env.NO_MANUAL ? test.skip : test)("nothing finds fault with the man page", () => {
  const page = "dist/ip-masq-agent.8";
  const groff = spawnSync("groff", ["-man", "-Tutf8", "-ww", page], { encoding: "utf8" });
  assert.equal([groff.status, groff.stderr], [0, ""]);
  // It has no date, because the same sources must produce the same bytes.
  const { stdout } = spawnSync("mandoc", ["-T", "lint", page], { encoding: "utf8" });
  assert.equal(
    stdout.split("\n").filter((line) => line !== "" && !line.includes("missing date")),
    [],
  );
});

test.run();
