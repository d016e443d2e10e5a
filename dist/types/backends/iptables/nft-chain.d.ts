/** A rule as nft sees it. */
export interface NftRule {
    /**
     * The kernel gives every rule of a table a number of its own, never gives it again while the table lives, and gives a
     * rule that is replaced a new one: what was read by its handle can be deleted by it at any time later.
     */
    readonly handle: number;
    /** As `nft -s list chain` prints it, in one line. */
    readonly text: string;
    /** False if it holds what iptables does not know. */
    readonly known: boolean;
    /** Are all its matches iptables' own, of which nft shows no options for certain? */
    readonly opaque: boolean;
    /** How it leads to the chain that was asked for: by a jump or goto of its own, or by one in a verdict map. */
    readonly leads: "jump" | "map" | undefined;
    readonly packets: bigint;
    readonly bytes: bigint;
}
/**
 * Reads one chain from what `nft -a -j list chain` printed, and the rules' text from what `nft -a -s list chain` did. The
 * data has no text, and the text cannot be told apart for certain: a comment may hold anything.
 *
 * @param target the chain that {@link NftRule.leads} is about
 */
export declare function readNftChain(json: string, listing: string, target: string): readonly NftRule[];
