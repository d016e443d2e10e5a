import { type Node } from "jsonc-parser";
export interface CniDocument {
    readonly text: string;
    /** An object. */
    readonly root: Node;
}
/**
 * Reads strict JSON whose root is an object and in which no object says a key twice: of two equal keys readers take
 * different ones. Throws {@link CniConfigProblem}.
 */
export declare function readCniDocument(text: string): CniDocument;
/** A key of an object, and its value. */
export interface Property {
    readonly key: Node;
    readonly value: Node;
}
/**
 * The property of that name. Keys match without regard to case, as the plugins read them (Go, encoding/json): two that
 * differ in nothing else are one set twice. Throws {@link CniConfigProblem}.
 */
export declare function propertyOf({ text }: CniDocument, object: Node, name: string): Property | undefined;
/** Are both the same word but for case? */
export declare function sameWord(value: unknown, word: string): boolean;
/** Null is what is not there to the plugins' reader, but the key is taken. */
export declare function isNull({ value }: Property): boolean;
/** The elements of a list, which the value must be, or null. Throws {@link CniConfigProblem}. */
export declare function elementsOf(document: CniDocument, property: Property): readonly Node[];
/** What a value is, for a sentence. */
export declare function article({ type, value }: Node): string;
