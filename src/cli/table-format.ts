// What a table for databases can be written as.

export const TABLE_FORMATS = ["csv", "jsonl", "sql"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];
