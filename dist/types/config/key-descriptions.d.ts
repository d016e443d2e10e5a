/** The keys of a config, each with a sentence or two. */
export declare const describeKeys: () => ReadonlyMap<string, string>;
/** The same for the keys of an entry of `snat`. */
export declare const describeSnatKeys: () => ReadonlyMap<string, string>;
