/**
 * What all errors have in common that are no defects.
 * @module
 */
// This module is browser-compatible.

/** What a program or a person can tell an error by, and do about it. */
export interface ErrorFacts {
  /** In kebab case, `tool-missing`. */
  readonly code: string;
  /** What to do about it, if the message does not say so. */
  readonly remedy?: string | undefined;
  /** The exit code of a command that ends with it; 1 by default. */
  readonly exit?: number;
}

/** An error whose message says all that a person needs; any other is a defect, and is shown with its stack. */
export class ReportedError extends Error {
  override readonly name: string = "ReportedError";
  readonly code: string;
  readonly remedy: string | undefined;
  readonly exitCode: number;

  constructor(message: string, { code, remedy, exit = 1 }: ErrorFacts) {
    super(message);
    this.code = code;
    this.remedy = remedy;
    this.exitCode = exit;
  }
}

/** The base of errors that have a code in common. */
export function reportedAs(code: string, exit = 1): new (message: string, remedy?: string) => ReportedError {
  return class extends ReportedError {
    constructor(message: string, remedy?: string) {
      super(message, { code, remedy, exit });
    }
  };
}

/** The message of whatever was thrown, with the remedy below it if it has one. */
export function describeError(error: unknown): string {
  const { message } = error as Error;
  return error instanceof ReportedError && error.remedy !== undefined ? `${message}\n${error.remedy}` : message;
}
