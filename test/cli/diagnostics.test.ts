// Diagnostics on standard error, in colours and without.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { warnOfDiagnostics } from "../../src/cli/diagnostics.ts";
import { parseConfig, printable } from "../../src/config/index.ts";
import { capturedIo } from "./captured-io.ts";

const ESCAPE = "\u001b[31m";
const TEXT = `nonMasqueradeCIDRs: [10.0.0.1/8] # ${ESCAPE}\nmasqLinkLocal: true\n`;

/** The escape sequences in use, and what stands for them here. */
const COLOURS = { "\u001b[31m": "<red>", "\u001b[39m": "</>", "\u001b[2m": "<dim>", "\u001b[22m": "</dim>" };

/** The lines that are printed about a config, and that two more problems were counted. */
function printedLines(warnColored: boolean): readonly string[] {
  const { diagnostics } = parseConfig(TEXT, { file: "a.yaml", ipv6: false, reservedRanges: false });
  const { io, printed } = capturedIo({ warnColored });
  warnOfDiagnostics(io, diagnostics, TEXT, 2);
  return Object.entries(COLOURS)
    .reduce((text, [code, name]) => text.replaceAll(code, name), printed())
    .split("\n");
}

test("without colours", () => {
  const [first = "", source = "", carets = "", hint = "", more] = printedLines(false);
  assert.match(first, /^a\.yaml:1:22: error: .* \[\S+\]$/);
  assert.is(source, `    1 | nonMasqueradeCIDRs: [10.0.0.1/8] # ${printable(ESCAPE)}`);
  assert.is(carets, "      |                      ^^^^^^^^^^");
  assert.match(hint, /^ {6}= write /);
  assert.is(more, "… and 2 more");
});

test("the severity and the carets are red, what is beside them dim, and the file's own escape sequences visible", () => {
  const [first = "", source = "", carets = "", hint = ""] = printedLines(true);
  assert.match(first, /^a\.yaml:1:22: <red>error<\/>: .* \[\S+\]$/);
  assert.is(source, `<dim>    1 |</dim> nonMasqueradeCIDRs: [10.0.0.1/8] # ${printable(ESCAPE)}`);
  assert.is(carets, "<dim>      |</dim>                      <red>^^^^^^^^^^</>");
  assert.match(hint, /^<dim> {6}= write .*<\/dim>$/);
});

test.run();
