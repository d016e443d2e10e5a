// Splits a rule of iptables-save into its options.
// This module is browser-compatible.

/** An option with its values: `! --dports 80,443`. */
export interface Option {
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
}

/** A match or target extension with its options, or the options of ip_tables itself. */
export interface Extension {
  readonly name: string;
  readonly options: readonly Option[];
  /** The text as printed. */
  readonly text: string;
}

export interface RuleWords {
  /** `-s`, `-d`, `-p`, `-i`, `-o` and the like. */
  readonly basic: readonly Option[];
  readonly matches: readonly Extension[];
  /** Undefined if a rule has none: then it only counts packets. */
  readonly target: (Extension & { readonly isGoto: boolean }) | undefined;
}

interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

const WORD = /(?:"(?:\\[\s\S]|[^"\\])*"|[^\s"])+/g;

function wordsOf(spec: string): readonly Word[] {
  return (spec.match(WORD) ?? []).map((word) => {
    const text = word.replace(/"((?:\\[\s\S]|[^"\\])*)"/g, (_, inner: string) => inner.replace(/\\([\s\S])/g, "$1"));
    return { text, quoted: word.startsWith('"') };
  });
}

/** Reads the text after `-A CHAIN `. Quoted text is never taken for an option. */
export function readRuleWords(spec: string): RuleWords {
  const basic: Option[] = [];
  const matches: { name: string; options: Option[]; text: string }[] = [];
  let target: { name: string; options: Option[]; text: string; isGoto: boolean } | undefined;
  let negated = false;
  let option: { name: string; negated: boolean; values: string[] } | undefined;
  const words = wordsOf(spec);
  for (let i = 0; i < words.length; i++) {
    const { text, quoted } = words[i] as Word;
    const current = target ?? matches.at(-1);
    const printed = quoted ? JSON.stringify(text) : text;
    if (!quoted && text === "!") {
      negated = true;
    } else if (!quoted && !target && text === "-m") {
      const name = words[++i]?.text ?? "";
      matches.push({ name, options: [], text: `-m ${name}` });
    } else if (!quoted && !target && (text === "-j" || text === "-g")) {
      const name = words[++i]?.text ?? "";
      target = { name, options: [], text: `${text} ${name}`, isGoto: text === "-g" };
    } else if (!quoted && /^--?[a-zA-Z]/.test(text)) {
      option = { name: text, negated, values: [] };
      // Options with one dash belong to ip_tables itself, those with two to the preceding extension.
      const extension = text.startsWith("--") ? current : undefined;
      if (extension) extension.text += `${negated ? " !" : ""} ${printed}`;
      (extension?.options ?? basic).push(option);
      negated = false;
    } else {
      option?.values.push(text);
      if (option && current?.options.includes(option)) current.text += ` ${printed}`;
    }
  }
  return { basic, matches, target };
}

/** Splits text into lines. A line does not end within quotes, because a comment may contain a newline. */
export function linesOf(text: string): string[] {
  const lines: string[] = [];
  let open: string[] = [];
  for (const line of text.split("\n")) {
    const quotes = line.includes('"') ? (line.match(/\\[\s\S]|"/g) ?? []).filter((one) => one === '"').length : 0;
    const isInside = open.length > 0;
    if (isInside === (quotes % 2 === 1) || line.startsWith("#")) {
      lines.push([...open, line].join("\n"));
      open = [];
    } else open.push(line);
  }
  return open.length === 0 ? lines : [...lines, open.join("\n")];
}
