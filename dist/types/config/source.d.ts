import type { RawCidr } from "./cidr.ts";
import { type Fields, type TextNode, type Values } from "./fields.ts";
import { type Report, type Reporter } from "./report.ts";
/** A config file, or one of several that make up a config. */
export interface ConfigSource {
    /** The name that diagnostics give it. */
    readonly file: string;
    readonly bytes: string | Uint8Array;
}
/** What a file says. */
export interface Draft {
    readonly file: string;
    readonly fields: Fields;
    readonly values: Values;
    readonly report: Report;
    /** A text of one of its lists with its place. */
    readonly entryOf: (node: Pick<TextNode, "span" | "value">) => RawCidr;
}
/** A file as it was read: what is wrong with it, and what it says if it can be read at all. */
export interface ReadSource {
    readonly file: string;
    /** Its text without a byte order mark. */
    readonly text: string;
    readonly reporter: Reporter;
    readonly draft: Draft | undefined;
}
/** Reads one file: YAML 1.1, or JSON if it begins with `{`, in UTF-8; a Kubernetes ConfigMap stands for the config in it. */
export declare function readSource({ file, bytes }: ConfigSource): ReadSource;
/** The text, byte order mark and all, or undefined if it is none. */
export declare function decodeUtf8(bytes: Uint8Array): string | undefined;
