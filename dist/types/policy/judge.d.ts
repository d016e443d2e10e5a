import type { LineTable } from "../core/index.ts";
import { type Decision } from "./decide.ts";
import { type Outcomes } from "./outcomes.ts";
import { type Verdict } from "./verdict.ts";
/** What is known of all packets. */
export interface Known {
    /** Is the source of each packet known? */
    readonly source: boolean;
    /** The interface by which all of them leave. */
    readonly outputInterface: string | undefined;
}
/** Turns the indexes that lookups in its table return into decisions. */
export interface Judge {
    readonly table: LineTable;
    /** How many indexes there are. */
    readonly length: number;
    decision(index: number): Decision;
    /** Equal texts stand for equal treatment, among judges too. Cheap. */
    treatment(index: number): string;
    /** Does the decision depend on something that is not known? Cheap. */
    depends(index: number): boolean;
    /** For each index a 1 if its verdict is of this kind, also if it depends on something. */
    having(kind: Verdict["kind"]): Uint8Array;
}
/** Judges by destination and, if they are known, source and interface. */
export declare function judgeOf(outcomes: Outcomes, { source, outputInterface }: Known): Judge;
