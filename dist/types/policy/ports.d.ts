/** Ports `first` to `last`, both within 1 to 65535. */
export interface PortRange {
    readonly first: number;
    readonly last: number;
}
export type ParsedPorts = {
    readonly ok: true;
    readonly ranges: readonly PortRange[];
} | {
    readonly ok: false;
    readonly message: string;
    readonly hint: string;
};
/**
 * Reads `1024-29999,32768-65535`; a single port stands for a range of one, an empty text for no ranges.
 */
export declare function parsePorts(text: string): ParsedPorts;
