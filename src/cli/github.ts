// Diagnostics as workflow commands of GitHub Actions, which shows them beside the lines that they refer to.
// This module is browser-compatible.
import type { Diagnostic } from "../config/index.ts";

/** Escapes the text of a command: percent signs and line ends (actions/toolkit, packages/core/src/command.ts). */
const escapeData = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

/** Escapes the value of a property: colons and commas too. */
const escapeProperty = (text: string) => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** The file name in diagnostics of standard input. */
const STDIN_NAME = "<stdin>";

/**
 * A diagnostic as `::error file=…,line=…,col=…,endColumn=…,title=…::message`. One of standard input has no file.
 *
 * @param strict whether warnings are errors
 */
export function formatAnnotation(diagnostic: Diagnostic, strict: boolean): string {
  const { severity, code, message, hint, file, line, column, length } = diagnostic;
  const place = {
    ...(file === STDIN_NAME ? {} : { file }),
    ...{ line, col: column, endColumn: column + length, title: code },
  };
  const properties = Object.entries(place).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const text = hint === "" ? message : `${message}\n${hint}`;
  return `::${strict ? "error" : severity} ${properties.join(",")}::${escapeData(text)}`;
}
