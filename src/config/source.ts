// Reads one file of a config, before it is merged with others.
// This module is browser-compatible.
import type { RawCidr } from "./cidr.ts";
import { readDocument } from "./document.ts";
import { type Fields, fieldsOf, type ListKey, type TextNode, type Values, valuesOf } from "./fields.ts";
import type { ConfigKey } from "./keys.ts";
import { isTooLarge, MAX_BYTES } from "./limits.ts";
import { readManifest } from "./manifest.ts";
import type { ConfigSource } from "./model.ts";
import { createReporter, type Report, type Reporter, type Span } from "./report.ts";
import { onlyConfigMap } from "./stream.ts";

/** The contents of a file. */
export interface Draft {
  readonly file: string;
  readonly fields: Fields;
  readonly values: Values;
  readonly report: Report;
  /** Returns a string of one of its lists with its position. */
  readonly entryOf: (node: Pick<TextNode, "span" | "value">) => RawCidr;
}

/** A file that was read: its problems, and its contents if it can be parsed. */
export interface ReadSource {
  readonly file: string;
  /** The text without a byte order mark. */
  readonly text: string;
  readonly reporter: Reporter;
  readonly draft: Draft | undefined;
}

const START: Span = { start: 0, end: 0 };

/** Reads one file: YAML 1.1, or JSON if it begins with `{`, in UTF-8; for a Kubernetes ConfigMap, reads the config in it. */
export function readSource({ file, bytes }: ConfigSource): ReadSource {
  const tooLarge = isTooLarge(bytes);
  const decoded = tooLarge ? "" : typeof bytes === "string" ? bytes : decodeUtf8(bytes);
  const text = (decoded ?? "").replace(/^\uFEFF/, "");
  const reporter = createReporter(file, text);
  if (tooLarge) {
    const message = `the file has more than ${MAX_BYTES} bytes (1 MiB)`;
    reporter.report(
      "error",
      "too-large",
      START,
      message,
      "a ConfigMap cannot be larger; merge entries or remove comments",
    );
    return { file, text, reporter, draft: undefined };
  }
  if (decoded === undefined) {
    reporter.report("error", "not-utf8", START, "the file is not UTF-8 text", "save it as UTF-8");
    return { file, text, reporter, draft: undefined };
  }
  return { file, text, reporter, draft: readDraft(file, text, reporter) };
}

function readDraft(file: string, whole: string, { report, locate }: Reporter): Draft | undefined {
  const text = onlyConfigMap(whole, report);
  const { root, isJson, report: reportInside, spanOf } = readManifest(text, readDocument(text, report), report);
  const fields = fieldsOf(root, isJson, reportInside);
  if (!fields) return undefined;
  const entryOf = ({ value, span }: Pick<TextNode, "span" | "value">): RawCidr => {
    const place = spanOf(span);
    return { text: value, span: place, file, ...locate(place), report };
  };
  return { file, fields, values: valuesOf(fields, reportInside), report: reportInside, entryOf };
}

/** The text, with its byte order mark, or undefined if it is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether a file sets a key to a value of the right type. */
export const isGiven = (key: ConfigKey) => (draft: Draft) => draft.fields.has(key) && !draft.values.broken.has(key);

/** The strings of a list in all files, in order. */
export const entriesOf = (drafts: readonly Draft[], key: ListKey): readonly RawCidr[] =>
  drafts.flatMap(({ values, entryOf }) => values.items[key].map(entryOf));
