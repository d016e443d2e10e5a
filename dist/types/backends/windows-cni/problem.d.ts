/** Every code that a CNI config can be refused with. docs/windows.md explains each. */
export type CniConfigCode = "json-syntax" | "key-duplicate" | "list-unread" | "not-utf8" | "plugin-missing" | "plugin-twice" | "policy-twice" | "value-type";
/** Why a CNI config cannot be edited: where it is, what it is, what to do. */
export declare class CniConfigProblem extends Error {
    name: string;
    readonly code: CniConfigCode;
    /** What to write instead. */
    readonly hint: string;
    /** From 1, without the byte order mark; columns in UTF-16 code units, as editors count. */
    readonly line: number;
    readonly column: number;
    readonly length: number;
    constructor(code: CniConfigCode, text: string, { offset, length }: {
        offset: number;
        length: number;
    }, message: string, hint: string);
}
/** Bytes to text, of which a byte order mark is a part. Throws {@link CniConfigProblem} where they are not UTF-8. */
export declare function decodeCniConfig(bytes: Uint8Array): string;
