// Config text to the first YAML document in it, token by token, so that reading can stop before it takes too much.
// This module is browser-compatible.
import { Composer, CST, type Document, Lexer, Parser } from "yaml";
import { excerpt, MAX_DEPTH, MAX_MARKS, MAX_SYNTAX_ERRORS } from "./limits.ts";
import type { Span } from "./report.ts";

/** Something that keeps the text from being read. `code` is the parser's. */
export interface SyntaxProblem {
  readonly code: string;
  readonly message: string;
  readonly span: Span;
}

export interface Syntax {
  /** The first document; undefined if there is none, or where reading stopped. */
  readonly document: Document.Parsed | undefined;
  readonly problems: readonly SyntaxProblem[];
  /** Where a second document begins. It is not read. */
  readonly extra: Span | undefined;
}

/** Reading cannot or must not go on. */
class Stop extends Error {
  readonly span: Span;
  constructor(message: string, at: number) {
    super(message);
    this.span = { start: at, end: at + 1 };
  }
}

/** Tokens that are neither values nor belong to one: they cost little. */
const CHEAP = new Set(["byte-order-mark", "comment", "doc-mode", "doc-start", "newline", "space"]);

/** Reads the first document of `text`. Never throws. */
export function readSyntax(text: string): Syntax {
  const problems: SyntaxProblem[] = [];
  const tell = (code: string, message: string, span: Span) => {
    problems.push({ code, message, span });
    if (problems.length < MAX_SYNTAX_ERRORS) return;
    throw new Stop(`there are more than ${MAX_SYNTAX_ERRORS} errors; the rest is not read`, span.start);
  };
  try {
    return { ...readFirst(text, tell), problems };
  } catch (error) {
    // Whatever the parser does not survive is wrong with the text, too.
    const why = error instanceof RangeError ? "the document is too large or nested too deeply" : "it cannot be read";
    const stop = error instanceof Stop ? error : new Stop(`${why}: ${(error as Error).message}`, 0);
    problems.push({ code: "", message: stop.message, span: stop.span });
    return { document: undefined, problems, extra: undefined };
  }
}

type Tell = (code: string, message: string, span: Span) => void;

function readFirst(text: string, tell: Tell): Pick<Syntax, "document" | "extra"> {
  const parser = new Parser();
  const composer = createComposer(tell);
  let begun = false;
  let marks = 0;
  const endAt = (offset: number) => {
    // An empty second document makes the composer hand out the first.
    const [document] = composer.next({ type: "document", offset, start: [] });
    return { document, extra: { start: offset, end: text.length } };
  };
  for (const lexeme of new Lexer().lex(text)) {
    // A scalar without quotes is of no type: the mark before it is counted.
    const type = CST.tokenType(lexeme);
    if (type && !CHEAP.has(type) && ++marks > MAX_MARKS) {
      throw new Stop(`there are more than ${MAX_MARKS} values and marks`, parser.offset);
    }
    for (const token of parser.next(lexeme)) {
      // A directive is about the document that follows.
      if (begun && token.type === "directive") return endAt(token.offset);
      begun ||= token.type === "document";
      composeToken(composer, token, tell);
    }
    const [bottom] = parser.stack;
    if (begun && bottom?.type === "document") return endAt(bottom.offset);
    // The document and a scalar are on the stack as well.
    if (parser.stack.length > MAX_DEPTH + 2) {
      throw new Stop("the document is nested too deeply", Math.max(0, parser.offset - 1));
    }
  }
  for (const token of parser.end()) {
    composeToken(composer, token, tell);
  }
  const [document] = composer.end();
  return { document, extra: undefined };
}

/** A composer that tells its errors as they are found: a list of all of them may take more memory than there is. */
function createComposer(tell: Tell): Composer {
  const composer = new Composer({
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    logLevel: "silent",
    prettyErrors: false,
  });
  const onError: OnError = (source, code, message, warning) => {
    if (!warning) tell(code, message, spanOf(source));
  };
  // The package declares it private; it is the only place that all errors pass through.
  return Object.assign(composer, { onError });
}

type ErrorSource = number | readonly number[] | { readonly offset: number; readonly source?: string };
type OnError = (source: ErrorSource, code: string, message: string, warning?: boolean) => void;

/** Hands on a token of the first document. A composer keeps error tokens for itself: they are told here. */
function composeToken(composer: Composer, token: CST.Token, tell: Tell): void {
  if (token.type !== "error") composer.next(token).next();
  else {
    const shown = token.source ? `${token.message}: ${JSON.stringify(excerpt(token.source))}` : token.message;
    tell("UNEXPECTED_TOKEN", shown, spanOf(token));
  }
}

function spanOf(source: ErrorSource): Span {
  if (typeof source === "number") return { start: source, end: source + 1 };
  if ("offset" in source) return { start: source.offset, end: source.offset + (source.source?.length ?? 1) };
  const [start = 0, end = start + 1] = source;
  return { start, end };
}
