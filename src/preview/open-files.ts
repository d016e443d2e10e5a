// Opens files: recognizes each and puts it where it belongs.
import { batch, signal } from "@preact/signals";
import { takeLines } from "./lines.ts";
import type { ConfigText } from "./state.ts";
import { before, files, observed, openFile, openFileBefore, tab } from "./store.ts";
import { formatCount } from "./words.ts";
import { nextLines, type OpenedFile, openInWorker, releaseInWorker } from "./worker-calls.ts";

/** What happened to a file, and what the user can do about it. */
export interface Notice {
  readonly text: string;
  readonly isProblem: boolean;
  readonly actions: readonly { readonly label: string; readonly act: () => void }[];
}

export const notices = signal<readonly Notice[]>([]);

interface Opened extends OpenedFile {
  readonly name: string;
  /** The number by which the worker knows the lines of a log. */
  readonly lines: number;
}

const notice = (text: string): Notice => ({ text, isProblem: false, actions: [] });
const problem = (text: string): Notice => ({ text, isProblem: true, actions: [] });

/** The previous config in a comparison, or the current one. */
export type ConfigSide = "before" | "after";

/** Opens one or more files; configs replace that side. */
export async function openFiles(chosen: readonly File[], side: ConfigSide = "after"): Promise<void> {
  const read = await Promise.all(chosen.map(readFile));
  const opened = read.flatMap((one) => ("content" in one ? [one] : []));
  const log = opened.findLast(({ content }) => content.kind === "flows");
  batch(() => {
    notices.value = [
      ...read.flatMap((one) => ("content" in one ? [] : [one])),
      ...takeConfigs(
        opened.filter(({ content }) => content.kind === "config"),
        side,
      ),
      ...opened
        .filter(({ content }) => content.kind !== "config")
        .map((one) => (one.content.kind === "flows" && one !== log ? refuseLog(one) : takeOther(one))),
    ];
  });
}

async function readFile(file: File): Promise<Opened | Notice> {
  const lines = nextLines();
  return openInWorker(lines, file).then(
    (opened) => ({ ...opened, name: file.name, lines }),
    (error: Error) => problem(`${file.name} ${error.message}`),
  );
}

/** Replaces the files of a side with one or more configs. */
function takeConfigs(opened: readonly Opened[], side: ConfigSide): readonly Notice[] {
  const [first] = opened;
  if (!first) return [];
  const isBefore = side === "before" && before.peek() !== undefined;
  const old = (isBefore ? before.peek() : undefined) ?? files.peek();
  const set = (next: readonly ConfigText[]) => {
    if (isBefore) before.value = next;
    else files.value = next;
  };
  const taken = opened.flatMap(({ name, content }): readonly ConfigText[] =>
    content.kind === "config" ? [{ file: name, text: content.text }] : [],
  );
  const rest = old.filter(({ file }) => taken.every((one) => one.file !== file));
  // A file of that name is a newer version of it.
  const isUpdate = old.length > 1 && rest.length < old.length;
  set(isUpdate ? old.map((one) => taken.find(({ file }) => file === one.file) ?? one) : taken);
  (isBefore ? openFileBefore : openFile).value = first.name;
  const names = opened.map(({ name }) => name).join(", ");
  const what = opened.length > 1 ? "configs; they" : `${"name" in first.content ? first.content.name : ""}; it`;
  const undo = { label: "Undo", act: () => set(old) };
  const compare = { label: "Compare with the previous config", act: () => (before.value = old) };
  const add = { label: "Keep both as files", act: () => set([...rest, ...taken]) };
  const actions = [undo, ...(isBefore ? [] : [compare]), ...(isUpdate || rest.length === 0 ? [] : [add])];
  const where = isBefore ? "the content of Before" : before.peek() ? "the content of After" : "the editor's content";
  return [{ text: `${names}: recognized as ${what} replaced ${where}.`, isProblem: false, actions }];
}

/** If there are several logs, only the last one is shown. */
function refuseLog({ name, lines }: Opened): Notice {
  releaseInWorker(lines);
  return problem(`${name} is not shown: this page shows one log at a time.`);
}

function takeOther({ name, size, lines, content }: Opened): Notice {
  switch (content.kind) {
    case "flows":
      takeLines({ name, size, lines });
      tab.value = "flows";
      return notice(`${name}: recognized as ${content.name} (${formatCount(size)} bytes); see Flows.`);
    case "nftables":
      observed.value = { ...observed.peek(), nftables: content.text };
      tab.value = "plan";
      return notice(`${name}: recognized as ${content.name}; see Plan.`);
    case "iptables": {
      const { ipv4, ipv6 } = content;
      observed.value = { ...observed.peek(), ...(ipv4 ? { ipv4 } : {}), ...(ipv6 ? { ipv6 } : {}) };
      tab.value = "plan";
      const families = [ipv4 && "IPv4", ipv6 && "IPv6"].filter((one) => one !== "").join(" and ");
      return notice(`${name}: recognized as ${content.name} (${families}); see Plan.`);
    }
    case "unknown":
      return problem(`${name} is not recognized: ${content.why}.`);
    case "config":
      throw new Error("configs are handled together");
  }
}
