/** The text with control characters escaped: what another program wrote into a rule must not look like a line of ours. */
export declare function onOneLine(text: string): string;
