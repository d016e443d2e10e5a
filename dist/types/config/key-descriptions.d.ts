/** The keys of a config, each with a sentence or two. */
export declare const KEY_DESCRIPTIONS: ReadonlyMap<string, string>;
/** The same for the keys of an entry of `snat`. */
export declare const SNAT_KEY_DESCRIPTIONS: ReadonlyMap<string, string>;
