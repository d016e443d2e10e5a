// A Windows node's CNI config file as a kind of backend.
import type { BackendKind } from "../kind.ts";
import { FILE_FLAG } from "./file-flag.ts";

export const windowsCni: BackendKind = {
  name: "windows-cni",
  place: "the CNI plugin's config file on a Windows node",
  rendered: "the CNI config file",
  families: ["ipv4"],
  flags: {
    [FILE_FLAG]: {
      value: "FILE",
      fallback: "",
      summary: "the CNI plugin's config file; required by windows-cni",
      alsoFor: ["render"],
    },
  },
  required: { flag: FILE_FLAG, what: "the config file of the node's CNI plugin" },
  unsupportedFlags: [
    {
      flag: "enable-ipv6",
      allowed: ["false"],
      why: "a CNI config has only IPv4 exceptions, and IPv6 CIDRs in the config are ignored anyway",
    },
    { flag: "family", allowed: ["all", "ipv4"], why: "a CNI config has only IPv4 exceptions" },
    { flag: "to-ports", allowed: [""], why: "Windows chooses source ports itself" },
    { flag: "cleanup-on-exit", allowed: ["false"], why: "the previous contents of the file's list are not known" },
  ],
  // An OutBoundNAT policy only has a list of destinations that are kept.
  unsupportedKeys: {
    sourceCIDRs: "OutBoundNAT cannot be limited by source",
    outputInterfaces: "OutBoundNAT cannot be limited by interface",
    snat: "OutBoundNAT cannot translate to a given address",
    enforceNonMasquerade: "OutBoundNAT cannot enforce kept addresses",
  },
  load: async () => (await import("./driver.ts")).driver,
};
