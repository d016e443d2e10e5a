/**
 * The text with U+FFFD in place of each character that could move the cursor, colour or rename the terminal, or forge what
 * stands around it. Columns stay.
 */
export declare function printable(text: string): string;
/** Are all of its characters of the kind that {@link printable} leaves as they are? */
export declare function isPrintable(text: string): boolean;
/** The same for a name that must stay on its line. */
export declare function printableName(name: string): string;
/** JSON that means the same, with the characters escaped that JSON.stringify leaves as they are. */
export declare function printableJson(json: string): string;
