// Prints the diagnostics of a config.
import { type Diagnostic, formatDiagnostics } from "../config/index.ts";
import type { Io } from "./io.ts";

/** Prints diagnostics to standard error; the arguments are those of {@link formatDiagnostics}. */
export function warnOfDiagnostics(
  io: Io,
  diagnostics: readonly Diagnostic[],
  texts: string | ReadonlyMap<string, string>,
  more: number,
): void {
  const { red, yellow, dim } = io.warnColor;
  const style = {
    severity: (text: string, severity: Diagnostic["severity"]) => (severity === "error" ? red : yellow)(text),
    aside: dim,
  };
  io.warn(formatDiagnostics(diagnostics, texts, more, style));
}
