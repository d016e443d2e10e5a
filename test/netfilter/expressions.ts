// Expressions in nft's JSON.
export const ip = (field: string) => ({ payload: { protocol: "ip", field } });
export const meta = (key: string) => ({ meta: { key } });
export const match = (left: unknown, right: unknown, op = "==") => ({ match: { op, left, right } });
export const prefix = (addr: string, len: number) => ({ prefix: { addr, len } });
export const dport = (protocol: string) => ({ payload: { protocol, field: "dport" } });
