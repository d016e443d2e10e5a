import { type Family } from "../core/index.ts";
/** The addresses from `first` to `last`, both included, in canonical text. */
export interface AddressRange {
    readonly family: Family;
    readonly first: string;
    readonly last: string;
}
export type ParsedRange = {
    readonly ok: true;
    readonly range: AddressRange;
} | {
    readonly ok: false;
    readonly message: string;
    readonly hint: string;
};
/**
 * Reads `203.0.113.5`, or `203.0.113.5-203.0.113.9` with both ends of one family and the lower one first.
 */
export declare function parseAddressRange(text: string): ParsedRange;
/** `203.0.113.5`, or `203.0.113.5-203.0.113.9`. */
export declare function formatAddressRange({ first, last }: AddressRange): string;
