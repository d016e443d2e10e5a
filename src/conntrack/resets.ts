// The choices of which connections are reset after a change.

/** None, only udp, or those of all protocols. */
export const RESETS = ["none", "udp", "all"] as const;
export type Reset = (typeof RESETS)[number];
