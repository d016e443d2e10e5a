// @ts-check

/** What the package exports for programs (package.json): the name of each entry point, and its file in src/. */
export const ENTRY_POINTS = {
  core: "core/index.ts",
  config: "config/index.ts",
  policy: "policy/index.ts",
  iptables: "backends/iptables/index.ts",
  nftables: "backends/nftables/index.ts",
  "windows-cni": "backends/windows-cni/index.ts",
};
