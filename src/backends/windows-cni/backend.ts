// The backend of Windows nodes: the policy is kept in the CNI plugin's config file.
import { realpathSync } from "node:fs";
import { readRegularFile, replaceFile } from "../../host/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
import type { Backend } from "../backend.ts";
import { reportDrift } from "../drift.ts";
import { diffCniConfig, exceptionsOf, readExceptions } from "./diff.ts";
import { CniConfigProblem, decodeCniConfig } from "./problem.ts";

/** Times that one sync tries to write: others may write at the same time, but not for ever. */
const ATTEMPTS = 3;

/** A CNI config that cannot be read, edited or written; it is as it was. */
export class CniConfigError extends Error {
  override name = "CniConfigError";
}

export interface WindowsCniBackend extends Backend {
  /** The whole file as a sync would leave it. Writes nothing. */
  render(policy: FamilyPolicy): string;
}

/**
 * The backend that keeps a CNI config's OutBoundNAT policy. `toMessage` makes one of a problem and the text that it is
 * in.
 */
export function windowsCniBackend(
  file: string,
  toMessage: (problem: CniConfigProblem, text: string) => string,
): WindowsCniBackend {
  /** Does `work` on a text, and says what is wrong with it. */
  const edit = <T>(text: string, work: (text: string) => T): T => {
    try {
      return work(text);
    } catch (error) {
      throw error instanceof CniConfigProblem ? new CniConfigError(toMessage(error, text)) : error;
    }
  };
  const diff = (policy: FamilyPolicy, text: string) => edit(text, () => diffCniConfig(policy, text));
  /** Where a link leads is what is read and replaced, never the link. */
  const look = () => {
    const { path, bytes } = onDisk("read", file, () => {
      const path = realpathSync(file);
      return { path, bytes: readRegularFile(path) };
    });
    return { path, bytes, text: edit("", () => decodeCniConfig(bytes)) };
  };

  return {
    name: "windows-cni",
    unit: "exceptions",
    place: () => `the exceptions in ${file}`,
    count: (policy) => exceptionsOf(policy).length,
    describe: (policy) => `OutBoundNAT exceptions: ${JSON.stringify(exceptionsOf(policy))}`,
    render: (policy) => {
      const { text } = look();
      return diff(policy, text)?.text ?? text;
    },
    plan: async (policy) => diff(policy, look().text),
    inspect: async (policy) => {
      const { text } = look();
      const exceptions = edit(text, readExceptions);
      const exists = exceptions !== undefined;
      return {
        exists,
        rules: (exceptions ?? []).map((rule) => ({ rule })),
        facts: { listExists: exists, exceptions: exceptions ?? [] },
        transaction: diff(policy, text),
      };
    },
    sync: async (policy, past) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { path, bytes, text } = look();
        const left = diff(policy, text);
        if (!left) return undefined;
        if (attempt === 0) reportDrift(past, left, (one) => (one === policy ? left : diff(one, text)));
        // A file that was renamed into place says what it was made to say: there is nothing to look at again.
        if (onDisk("write", file, () => replaceFile(path, bytes, new TextEncoder().encode(left.text)))) return left;
      }
      throw new CniConfigError(`another program writes the CNI config ${file} all the time`);
    },
    // Windows tells nobody how often it has excepted what.
    counters: async () => [],
    // What the list held before it was ours is not known: it stays.
    cleanup: async () => undefined,
  };
}

function onDisk<T>(verb: "read" | "write", file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new CniConfigError(`there is no CNI config ${file}; name the one that the CNI plugin reads`);
    }
    throw new CniConfigError(`cannot ${verb} the CNI config ${file}: ${message}`);
  }
}
