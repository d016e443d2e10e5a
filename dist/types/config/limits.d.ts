/** Bytes of a file. A ConfigMap holds no more (kubernetes, pkg/apis/core/validation, MaxSecretSize). */
export declare const MAX_BYTES = 1048576;
/** How deep collections may be nested: the parser recurses for each level. */
export declare const MAX_DEPTH = 100;
/** Errors of syntax after which reading stops: behind the first few, most follow from those before. */
export declare const MAX_SYNTAX_ERRORS = 100;
/**
 * Scalars, brackets, commas, dashes and the like: each costs the parser some hundred bytes. The shortest list of different
 * CIDRs that fills a file needs 210,000: an address and a comma or a dash for each of 105,000.
 */
export declare const MAX_MARKS = 220000;
/** Values that a document stands for, those behind aliases and merge keys included. */
export declare const MAX_VALUES = 220000;
/** Diagnostics of one code that are kept; the others are counted. By code, so that no warning takes an error's place. */
export declare const MAX_KEPT = 100;
/**
 * Rules that translated destinations may come to: iptables takes one for each pair of a source range and an interface, so
 * that short lists can multiply to more than a node has memory for.
 */
export declare const MAX_TRANSLATED_RULES = 100000;
/** Characters that are read of a list entry. No prefix is as long, so a longer entry stays invalid when it is cut. */
export declare const MAX_ENTRY = 1000;
/** The text, or its beginning where it is too long to be shown. */
export declare function excerpt(text: string): string;
/** Has the text more bytes than a config may have? */
export declare function isTooLarge(source: string | Uint8Array): boolean;
