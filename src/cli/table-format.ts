// The formats of a table for databases.

export const TABLE_FORMATS = ["csv", "jsonl", "sql"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];
