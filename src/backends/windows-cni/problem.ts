// Problems of a CNI config.
// This module is browser-compatible.
import { ReportedError } from "../../errors/index.ts";

/** The codes of all problems. docs/windows.md explains each. */
export type CniConfigCode =
  | "json-syntax"
  | "key-duplicate"
  | "list-unread"
  | "not-utf8"
  | "plugin-missing"
  | "plugin-twice"
  | "policy-twice"
  | "value-type";

/** Why a CNI config cannot be edited: the problem, its position, and what to write instead. */
export class CniConfigProblem extends ReportedError {
  override readonly name = "CniConfigProblem";
  declare readonly code: CniConfigCode;
  /** What to write instead. */
  readonly hint: string;
  /** From 1, without the byte order mark; columns in UTF-16 code units, as editors count. */
  readonly line: number;
  readonly column: number;
  readonly length: number;

  constructor(
    code: CniConfigCode,
    text: string,
    { offset, length }: { offset: number; length: number },
    message: string,
    hint: string,
  ) {
    super(message, { code, remedy: hint });
    const before = text.slice(0, offset);
    this.hint = hint;
    this.line = before.split("\n").length;
    this.column = offset - before.lastIndexOf("\n");
    this.length = Math.max(1, Math.min(length, text.slice(offset).search(/\r?\n|$/)));
  }
}

/** Decodes bytes to text, keeping a byte order mark. Throws {@link CniConfigProblem} if they are not UTF-8. */
export function decodeCniConfig(bytes: Uint8Array): string {
  try {
    return decode(bytes);
  } catch {
    const before = textBefore(bytes).replace(/^\uFEFF/, "");
    const isUtf16 = [0xfeff, 0xfffe].includes(((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0));
    const hint = isUtf16 ? "; Windows PowerShell's > and Out-File write UTF-16 unless -Encoding ascii is given" : "";
    const at = { offset: before.length, length: 1 };
    throw new CniConfigProblem("not-utf8", before, at, "the file is not UTF-8 text", `save it as UTF-8${hint}`);
  }
}

/** Throws if the bytes are not UTF-8; with `stream` the last character may be incomplete. */
function decode(bytes: Uint8Array, stream = false): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream });
}

/** The text before the first byte that is invalid UTF-8. */
function textBefore(bytes: Uint8Array): string {
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    try {
      decode(bytes.subarray(0, middle), true);
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return decode(bytes.subarray(0, good), true);
}
