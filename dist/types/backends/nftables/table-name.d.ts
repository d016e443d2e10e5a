/** Why a name is not one for a table of ours; undefined if it is. */
export declare function checkTableName(name: string): string | undefined;
