/** Why iptables would refuse (or misread) `name` as the name of a new chain, or undefined where it takes it. */
export declare function checkChainName(name: string): string | undefined;
