import type { Node } from "jsonc-parser";
import type { Addition } from "./cni-addition.ts";
import type { CniDocument } from "./cni-document.ts";
/** The text with other items in a list of texts. */
export declare function withItems(document: CniDocument, list: Node, items: readonly string[]): string;
/** The text with something more at the end of a list or an object. */
export declare function withAddition(document: CniDocument, { container, key, value }: Addition): string;
