// A Windows node's CNI config file as a kind of backend.
import type { BackendKind } from "../kind.ts";
import { windowsCniBackend } from "./backend.ts";

const FILE = "cni-config";

export const windowsCni: BackendKind = {
  name: "windows-cni",
  place: "the CNI plugin's config file on a Windows node",
  rendered: "the CNI config file",
  families: ["ipv4"],
  flags: {
    [FILE]: {
      value: "FILE",
      fallback: "",
      summary: "the CNI plugin's config file; windows-cni needs it",
      alsoOf: ["render"],
    },
  },
  required: { flag: FILE, what: "the node's CNI plugin's config file" },
  meaningless: [
    {
      flag: "enable-ipv6",
      but: ["false"],
      why: "only IPv4 is written there, and IPv6 CIDRs of the config are passed over without it too",
    },
    { flag: "family", but: ["all", "ipv4"], why: "only IPv4 is written there" },
    { flag: "to-ports", but: [""], why: "Windows chooses source ports by itself" },
    { flag: "cleanup-on-exit", but: ["false"], why: "what the file's list held before is not known" },
  ],
  // An OutBoundNAT policy has a list of destinations that are kept, and no more.
  unsupportedKeys: {
    sourceCIDRs: "OutBoundNAT has no limit by source",
    outputInterfaces: "OutBoundNAT has no limit by interface",
    snat: "OutBoundNAT has no address to translate to",
    enforceNonMasquerade: "OutBoundNAT binds nothing",
  },
  open: async ({ flag }) => windowsCniBackend(flag(FILE)),
  openAll: async ({ flag }) => (flag(FILE) === "" ? [] : [windowsCniBackend(flag(FILE))]),
  render: (policy, { flag }) => {
    const file = flag(FILE);
    return policy.map((part) => {
      const text = windowsCniBackend(file).render(part);
      return { text, data: { family: part.family, file, text } };
    });
  },
};
