// The driver of a Windows node's CNI config file.
import type { BackendDriver } from "../kind.ts";
import { windowsCniBackend } from "./backend.ts";
import { FILE_FLAG } from "./file-flag.ts";

export const driver: BackendDriver = {
  open: async ({ flag }) => windowsCniBackend(flag(FILE_FLAG)),
  openAll: async ({ flag }) => (flag(FILE_FLAG) === "" ? [] : [windowsCniBackend(flag(FILE_FLAG))]),
  render: (policy, { flag }) => {
    const file = flag(FILE_FLAG);
    return policy.map((part) => {
      const text = windowsCniBackend(file).render(part);
      return { text, data: { family: part.family, file, text } };
    });
  },
};
