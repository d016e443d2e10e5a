// Diagnostics as workflow commands of GitHub Actions, which shows them beside the lines that they are about.
// This module is browser-compatible.
import type { Diagnostic } from "../config/index.ts";

/** The text of a command: a percent sign and line ends are escaped (actions/toolkit, packages/core/src/command.ts). */
const escapeData = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

/** The value of a property: colons and commas too. */
const escapeProperty = (text: string) => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** What a diagnostic of standard input names as its file. */
const NO_FILE = "<stdin>";

/**
 * A diagnostic as `::error file=…,line=…,col=…,endColumn=…,title=…::message`. What came by standard input has no file.
 *
 * @param strict are warnings errors?
 */
export function formatAnnotation(diagnostic: Diagnostic, strict: boolean): string {
  const { severity, code, message, hint, file, line, column, length } = diagnostic;
  const place = {
    ...(file === NO_FILE ? {} : { file }),
    ...{ line, col: column, endColumn: column + length, title: code },
  };
  const properties = Object.entries(place).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const text = hint === "" ? message : `${message}\n${hint}`;
  return `::${strict ? "error" : severity} ${properties.join(",")}::${escapeData(text)}`;
}
