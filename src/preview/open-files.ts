// Files that are opened or dropped: recognized, and put where they belong.
import { batch, signal } from "@preact/signals";
import { type Content, recognize } from "./content.ts";
import { gunzip, isGzip } from "./gunzip.ts";
import { takeLines } from "./lines.ts";
import type { ConfigText } from "./state.ts";
import { before, files, observed, openFile, openFileBefore, tab } from "./store.ts";
import { formatCount } from "./words.ts";

/** What became of a file, and what else can be done with it. */
export interface Notice {
  readonly text: string;
  readonly isProblem: boolean;
  readonly actions: readonly { readonly label: string; readonly act: () => void }[];
}

export const notices = signal<readonly Notice[]>([]);

/** Bytes by which a file is recognized. */
const SAMPLE = 1 << 16;

/** Longer rules than this would stop the page. */
const LONGEST_TEXT = 16 << 20;

interface Opened {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly content: Content;
}

const said = (text: string): Notice => ({ text, isProblem: false, actions: [] });
const problem = (text: string): Notice => ({ text, isProblem: true, actions: [] });

/** The config that is compared with, or the one that is edited. */
export type ConfigSide = "before" | "after";

/** Opens files, several at once too; configs replace that side. */
export async function openFiles(chosen: readonly File[], side: ConfigSide = "after"): Promise<void> {
  const read = await Promise.all(chosen.map(readFile));
  const opened = read.flatMap((one) => ("content" in one ? [one] : []));
  batch(() => {
    notices.value = [
      ...read.flatMap((one) => ("content" in one ? [] : [one])),
      ...takeConfigs(
        opened.filter(({ content }) => content.kind === "config"),
        side,
      ),
      ...opened.filter(({ content }) => content.kind !== "config").map(takeOther),
    ];
  });
}

async function readFile(file: File): Promise<Opened | Notice> {
  // A folder is dropped like a file, and cannot be read.
  const raw = await file.arrayBuffer().catch(() => undefined);
  if (!raw) return problem(`${file.name} cannot be read: a folder is not a file`);
  const packed = new Uint8Array(raw);
  try {
    const bytes = isGzip(packed) ? await gunzip(packed) : packed;
    const sample = decode(bytes.subarray(0, SAMPLE));
    return { name: file.name, bytes, content: recognize(sample, () => decode(bytes.subarray(0, LONGEST_TEXT))) };
  } catch (error) {
    return problem(`${file.name} cannot be unpacked (${(error as Error).message}): drop what gunzip makes of it`);
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Replaces the files of a side with one config or several. */
function takeConfigs(opened: readonly Opened[], side: ConfigSide): readonly Notice[] {
  const [first] = opened;
  if (!first) return [];
  const isBefore = side === "before" && before.peek() !== undefined;
  const old = (isBefore ? before.peek() : undefined) ?? files.peek();
  const set = (next: readonly ConfigText[]) => {
    if (isBefore) before.value = next;
    else files.value = next;
  };
  const taken = opened.map(({ name, bytes }): ConfigText => ({ file: name, text: decode(bytes) }));
  const rest = old.filter(({ file }) => taken.every((one) => one.file !== file));
  // A file of that name is a newer version of it.
  const isUpdate = old.length > 1 && rest.length < old.length;
  set(isUpdate ? old.map((one) => taken.find(({ file }) => file === one.file) ?? one) : taken);
  (isBefore ? openFileBefore : openFile).value = first.name;
  const names = opened.map(({ name, content }) => `${name} (${"name" in content ? content.name : ""})`).join(", ");
  const undo = { label: "Undo", act: () => set(old) };
  const compare = { label: "Compare with the previous config", act: () => (before.value = old) };
  const add = { label: "Keep both as files", act: () => set([...rest, ...taken]) };
  const actions = [undo, ...(isBefore ? [] : [compare]), ...(isUpdate || rest.length === 0 ? [] : [add])];
  const where = isBefore ? "the content of Before" : before.peek() ? "the content of After" : "the editor's content";
  return [{ text: `${names}: replaced ${where}.`, isProblem: false, actions }];
}

function takeOther({ name, bytes, content }: Opened): Notice {
  switch (content.kind) {
    case "flows":
      takeLines({ name, bytes });
      tab.value = "flows";
      return said(`${name}: ${content.name}, ${formatCount(bytes.length)} bytes, under Flows.`);
    case "nftables":
      if (bytes.length > LONGEST_TEXT) return problem(`${name} is longer than 16 MiB: paste the tables that matter`);
      observed.value = { ...observed.peek(), nftables: decode(bytes) };
      tab.value = "plan";
      return said(`${name}: ${content.name}, under Plan.`);
    case "iptables": {
      if (bytes.length > LONGEST_TEXT) return problem(`${name} is longer than 16 MiB: paste table nat alone`);
      const { ipv4, ipv6 } = content;
      observed.value = { ...observed.peek(), ...(ipv4 ? { ipv4 } : {}), ...(ipv6 ? { ipv6 } : {}) };
      tab.value = "plan";
      const families = [ipv4 && "IPv4", ipv6 && "IPv6"].filter((one) => one !== "").join(" and ");
      return said(`${name}: ${content.name} (${families}), under Plan.`);
    }
    case "unknown":
      return problem(`${name} is not recognized: ${content.why}.`);
    case "config":
      throw new Error("configs are taken together");
  }
}
