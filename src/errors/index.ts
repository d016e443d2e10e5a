/**
 * The base of all errors that are not defects of the program.
 * @module
 */
// This module is browser-compatible.

/** The properties of an error besides its message. */
export interface ErrorFacts {
  /** In kebab case, `tool-missing`. */
  readonly code: string;
  /** What to do about it, if the message does not say so. */
  readonly remedy?: string | undefined;
  /** The exit code of a command that ends with it; 1 by default. */
  readonly exit?: number;
  /** Whether the command has already printed it as data. */
  readonly isPrinted?: boolean;
}

/** The code of errors for a command line that makes no sense. */
export const USAGE = "usage";

/** An error that is reported by its message alone; any other error is a defect and is shown with its stack. */
export class ReportedError extends Error {
  /** The name of its class. */
  override readonly name: string;
  readonly code: string;
  readonly remedy: string | undefined;
  readonly exitCode: number;
  readonly isPrinted: boolean;

  constructor(message: string, { code, remedy, exit = 1, isPrinted = false }: ErrorFacts) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.remedy = remedy;
    this.exitCode = exit;
    this.isPrinted = isPrinted;
  }
}

/** Returns a base class for errors with this code. */
export function reportedAs(code: string, exit = 1): new (message: string, remedy?: string) => ReportedError {
  return class extends ReportedError {
    constructor(message: string, remedy?: string) {
      super(message, { code, remedy, exit });
    }
  };
}

/** An error as data; undefined values are not printed. */
export interface ErrorData {
  readonly error: string;
  readonly code: string | undefined;
  readonly remedy: string | undefined;
}

/** A thrown value as data. */
export function errorData(error: unknown): ErrorData {
  const { code, remedy } = error instanceof ReportedError ? error : {};
  return { error: error instanceof Error ? error.message : String(error), code, remedy };
}

/** The message of a thrown value, with the remedy below it if it has one. */
export function describeError(error: unknown): string {
  const { error: message, remedy } = errorData(error);
  return remedy === undefined ? message : `${message}\n${remedy}`;
}
