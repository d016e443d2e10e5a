import type { Prefix } from "../core/index.ts";
/** A packet outside the scope passes untouched. */
export interface Scope {
    /** The packet's source lies in one of these; an empty list has no packet in it. */
    readonly sources: "any" | readonly Prefix[];
    /** It leaves by one of these; a trailing `*` stands for any rest of the name. */
    readonly outputInterfaces: "any" | readonly string[];
}
/** What a scope looks at. */
export type ScopePart = "source" | "outputInterface";
/** What is known of a packet: is it within that part of the scope? Undefined if that is not known. */
export type ScopeFacts = Readonly<Record<ScopePart, boolean | undefined>>;
/** The parts by which a scope leaves packets out. */
export declare function limitsOf({ sources, outputInterfaces }: Scope): readonly ScopePart[];
/** Does a name of `outputInterfaces` stand for this interface? */
export declare function matchesInterface(pattern: string, name: string): boolean;
/** Is the interface in the scope? */
export declare function includesInterface({ outputInterfaces }: Scope, name: string): boolean;
/** What must be true of a packet for a verdict to hold, as the end of a sentence; empty if nothing must. */
export declare function formatConditions(parts: readonly ScopePart[]): string;
