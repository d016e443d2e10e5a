// Shows whether a config is valid, as `check` does, and lists the problems for users who cannot hover over them.
import {
  countOmitted,
  countProblems,
  type Diagnostic,
  formatDuration,
  type ParsedConfig,
  type Severity,
  summarize,
} from "../config/index.ts";
import { applyFix, fixesOf } from "./fixes.ts";
import { flags } from "./store.ts";
import { plural } from "./words.ts";

/** The number of problems that are listed; the editor marks more. */
const SHOWN = 20;

interface SummaryProps {
  readonly parsed: ParsedConfig;
  readonly testid: string;
  readonly onFix: (file: string, edit: (text: string) => string) => void;
  /** Opens a file in the editor. */
  readonly onShow: (file: string) => void;
}

export function Summary({ parsed, testid, onFix, onShow }: SummaryProps) {
  const { config: valid, diagnostics, omitted, texts } = parsed;
  const count = (severity: Severity) => countProblems(parsed, severity);
  const more = Math.max(0, diagnostics.length - SHOWN) + countOmitted(omitted);
  const warnings = count("warning") > 0 ? `, ${plural(count("warning"), "warning")}` : "";
  return (
    <div class="summary">
      <p role="status" data-testid={testid} class={valid ? "fine" : "problem"}>
        {valid
          ? `valid: ${summarize(valid)}, resync every ${formatDuration(valid.resyncInterval)}${warnings}`
          : `invalid: ${plural(count("error"), "error")}${warnings}`}
      </p>
      {diagnostics.some(({ code }) => code === "ipv6-disabled") && (
        <button
          type="button"
          class="fix"
          onClick={() => {
            flags.value = { ...flags.value, ipv6: true };
          }}
        >
          Turn on --enable-ipv6
        </button>
      )}
      {diagnostics.length > 0 && (
        <ul class="diagnostics">
          {diagnostics.slice(0, SHOWN).map((one) => (
            <Problem
              key={`${one.file}:${one.line}:${one.column}:${one.code}`}
              diagnostic={one}
              text={texts.get(one.file) ?? ""}
              isNamed={texts.size > 1}
              onFix={onFix}
              onShow={onShow}
            />
          ))}
          {more > 0 && <li>… and {more} more</li>}
        </ul>
      )}
    </div>
  );
}

interface ProblemProps extends Pick<SummaryProps, "onFix" | "onShow"> {
  readonly diagnostic: Diagnostic;
  /** The text of its file. */
  readonly text: string;
  /** Whether there are several files. */
  readonly isNamed: boolean;
}

function Problem({ diagnostic, text, isNamed, onFix, onShow }: ProblemProps) {
  const { severity, file, line, column, message, hint } = diagnostic;
  return (
    <li class={severity}>
      {isNamed && (
        <button type="button" class="link" onClick={() => onShow(file)}>
          {file}
        </button>
      )}{" "}
      <b>
        {line}:{column}
      </b>{" "}
      {message}
      {hint && <small>{hint}</small>}
      {fixesOf(diagnostic, text).map((fix) => (
        <button
          key={fix.label}
          type="button"
          class="fix"
          onClick={() => onFix(file, (text) => applyFix(text, diagnostic, fix))}
        >
          {fix.label}
        </button>
      ))}
    </li>
  );
}
