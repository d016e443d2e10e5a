// Parses the first YAML document of a text token by token, so that parsing can stop at the limits.
// This module is browser-compatible.
import { Composer, CST, type Document, Lexer, Parser } from "yaml";
import { excerpt, MAX_DEPTH, MAX_MARKS, MAX_SYNTAX_ERRORS } from "./limits.ts";
import type { Span } from "./report.ts";

/** A syntax error. `code` is the parser's. */
export interface SyntaxProblem {
  readonly code: string;
  readonly message: string;
  readonly span: Span;
}

export interface Syntax {
  /** The first document; undefined if there is none, or if parsing stopped. */
  readonly document: Document.Parsed | undefined;
  readonly problems: readonly SyntaxProblem[];
  /** The second document, which is not read. */
  readonly extra: Span | undefined;
}

/** Thrown to stop parsing. */
class Stop extends Error {
  readonly span: Span;
  constructor(message: string, at: number) {
    super(message);
    this.span = { start: at, end: at + 1 };
  }
}

/** Tokens that are not part of a value: they cost little and are not counted. */
const CHEAP = new Set(["byte-order-mark", "comment", "doc-mode", "doc-start", "newline", "space"]);

/** Reads the first document of `text`. Never throws. */
export function readSyntax(text: string): Syntax {
  const problems: SyntaxProblem[] = [];
  const report = (code: string, message: string, span: Span) => {
    problems.push({ code, message, span });
    if (problems.length < MAX_SYNTAX_ERRORS) return;
    throw new Stop(`more than ${MAX_SYNTAX_ERRORS} errors; the rest of the file is not read`, span.start);
  };
  try {
    return { ...readFirst(text, report), problems };
  } catch (error) {
    // If the parser throws, the text is at fault.
    const why = error instanceof RangeError ? "the document is too large or nested too deeply" : "it cannot be read";
    const stop = error instanceof Stop ? error : new Stop(`${why}: ${(error as Error).message}`, 0);
    problems.push({ code: "", message: stop.message, span: stop.span });
    return { document: undefined, problems, extra: undefined };
  }
}

type ReportProblem = (code: string, message: string, span: Span) => void;

function readFirst(text: string, report: ReportProblem): Pick<Syntax, "document" | "extra"> {
  const parser = new Parser();
  const composer = createComposer(report);
  let begun = false;
  let marks = 0;
  const endAt = (offset: number) => {
    // An empty second document makes the composer return the first.
    const [document] = composer.next({ type: "document", offset, start: [] });
    return { document, extra: { start: offset, end: text.length } };
  };
  for (const lexeme of new Lexer().lex(text)) {
    // An unquoted scalar has no type: the token before it is counted.
    const type = CST.tokenType(lexeme);
    if (type && !CHEAP.has(type) && ++marks > MAX_MARKS) {
      throw new Stop(`more than ${MAX_MARKS} values and punctuation marks`, parser.offset);
    }
    for (const token of parser.next(lexeme)) {
      // A directive belongs to the document that follows.
      if (begun && token.type === "directive") return endAt(token.offset);
      begun ||= token.type === "document";
      composeToken(composer, token, report);
    }
    const [bottom] = parser.stack;
    if (begun && bottom?.type === "document") return endAt(bottom.offset);
    // The document and a scalar are also on the stack.
    if (parser.stack.length > MAX_DEPTH + 2) {
      throw new Stop("the document is nested too deeply", Math.max(0, parser.offset - 1));
    }
  }
  for (const token of parser.end()) {
    composeToken(composer, token, report);
  }
  const [document] = composer.end();
  return { document, extra: undefined };
}

/** A composer that reports errors as they are found: a list of all of them might not fit in memory. */
function createComposer(report: ReportProblem): Composer {
  const composer = new Composer({
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    logLevel: "silent",
    prettyErrors: false,
  });
  const onError: OnError = (source, code, message, warning) => {
    if (!warning) report(code, message, spanOf(source));
  };
  // The package declares it private, but it is the only place that all errors pass through.
  return Object.assign(composer, { onError });
}

type ErrorSource = number | readonly number[] | { readonly offset: number; readonly source?: string };
type OnError = (source: ErrorSource, code: string, message: string, warning?: boolean) => void;

/** Passes a token of the first document to the composer. Error tokens are reported here, because the composer does not. */
function composeToken(composer: Composer, token: CST.Token, report: ReportProblem): void {
  if (token.type !== "error") composer.next(token).next();
  else {
    const shown = token.source ? `${token.message}: ${JSON.stringify(excerpt(token.source))}` : token.message;
    report("UNEXPECTED_TOKEN", shown, spanOf(token));
  }
}

function spanOf(source: ErrorSource): Span {
  if (typeof source === "number") return { start: source, end: source + 1 };
  if ("offset" in source) return { start: source.offset, end: source.offset + (source.source?.length ?? 1) };
  const [start = 0, end = start + 1] = source;
  return { start, end };
}
