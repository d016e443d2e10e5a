// The backend for Windows nodes, which maintains the policy in the CNI plugin's config file.
import { formatDiagnostics } from "../../config/index.ts";
import { reportedAs } from "../../errors/index.ts";
import { followLinks, readRegularFile, replaceFile } from "../../host/index.ts";
import { type FamilyPolicy, KEEP } from "../../policy/index.ts";
import type { Backend } from "../backend.ts";
import { converge } from "../converge.ts";
import { diffCniConfig, readExceptions } from "./diff.ts";
import { exceptionsOf } from "./exceptions.ts";
import { readMeaning } from "./meaning.ts";
import { CniConfigProblem, decodeCniConfig } from "./problem.ts";

/** A CNI config cannot be read, edited or written; it is unchanged. */
export class CniConfigError extends reportedAs("cni-config") {}

export interface WindowsCniBackend extends Backend {
  /** The whole file as a sync would write it. Writes nothing. */
  render(policy: FamilyPolicy): string;
}

/** The file and its contents. */
interface ObservedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Opens the backend that maintains a CNI config's OutBoundNAT policy. */
export function windowsCniBackend(file: string): WindowsCniBackend {
  /** Runs `work` on a text; a problem becomes an error with the line and a caret. */
  const edit = <T>(text: string, work: (text: string) => T): T => {
    try {
      return work(text);
    } catch (error) {
      throw error instanceof CniConfigProblem ? new CniConfigError(messageOf(error, file, text)) : error;
    }
  };
  const diff = (policy: FamilyPolicy, { text }: Pick<ObservedFile, "text">) => {
    const found = edit(text, () => diffCniConfig(policy, text));
    return found && { ...found, meaning: () => readMeaning(policy, edit(text, readExceptions), file) };
  };
  /** If the file is a link, its target is read and replaced, never the link. */
  const observe = (): ObservedFile => {
    const { path, bytes } = onDisk("read", file, () => {
      const path = followLinks(file);
      return { path, bytes: readRegularFile(path) };
    });
    return { path, bytes, text: edit("", () => decodeCniConfig(bytes)) };
  };

  return {
    name: "windows-cni",
    unit: "exceptions",
    place: () => `the exceptions in ${file}`,
    count: async (policy) => exceptionsOf(policy).length,
    describe: (policy) => `OutBoundNAT exceptions: ${JSON.stringify(exceptionsOf(policy))}`,
    render: (policy) => {
      const observed = observe();
      return diff(policy, observed)?.text ?? observed.text;
    },
    plan: async (policy) => diff(policy, observe()),
    inspect: async (policy) => {
      const observed = observe();
      const exceptions = edit(observed.text, readExceptions);
      const exists = exceptions !== undefined;
      return {
        exists,
        entries: (exceptions ?? []).map((cidr) => ({ cidr, verdict: KEEP })),
        rules: (exceptions ?? []).map((rule) => ({ rule })),
        text: observed.text,
        facts: { listExists: exists, exceptions: exceptions ?? [] },
        transaction: diff(policy, observed),
      };
    },
    sync: (policy, past) =>
      converge({
        wanted: policy,
        observe: async () => observe(),
        diff,
        commit: async ({ text }, { path, bytes }) => {
          const isReplaced = onDisk("write", file, () => replaceFile(path, bytes, new TextEncoder().encode(text)));
          // A file that was renamed into place needs no verification.
          return isReplaced ? "verified" : "outdated";
        },
        finalError: () => new CniConfigError(`another program keeps changing the CNI config ${file}`),
        past,
      }),
    // Windows has no counters for exceptions.
    counters: async () => [],
    // The previous contents of the list are not known, so it stays.
    planCleanup: async () => undefined,
    cleanup: async () => undefined,
    describeCleanup: () => `${file} is not changed: the previous contents of its list are not known`,
    isUnreadable: () => false,
  };
}

/** Formats a problem like a diagnostic of the agent's own config. */
function messageOf(
  { code, message, hint, line, column, length }: CniConfigProblem,
  file: string,
  text: string,
): string {
  const diagnostic = { severity: "error" as const, code, message, hint, file, line, column, length };
  return formatDiagnostics([diagnostic], text.replace(/^\uFEFF/, ""));
}

function onDisk<T>(verb: "read" | "write", file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new CniConfigError(`CNI config ${file} not found; name the file that the CNI plugin reads`);
    }
    throw new CniConfigError(`cannot ${verb} the CNI config ${file}: ${message}`);
  }
}
