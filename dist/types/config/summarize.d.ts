import type { Config } from "./model.ts";
/** How many entries of each kind there are: `3 CIDRs`, `3 CIDRs, 1 masqueraded, 2 translated, 1 source`. */
export declare function summarize({ nonMasqueradeCIDRs, masqueradeCIDRs, snat, sourceCIDRs, outputInterfaces, }: Config): string;
