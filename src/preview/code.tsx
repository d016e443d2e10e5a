// Rules as text with syntax highlighting.

/** The tokens that are coloured, by class. Quoted text comes first, because nothing inside it is a token. */
const TOKENS =
  /(?<comment>"(?:[^"\\]|\\.)*"|^#.*)|(?<table>^\*\w+|^COMMIT|^(?:add |delete )?table\b)|(?<verdict>\b(?:RETURN|MASQUERADE|SNAT|return|masquerade)\b|\bsnat(?= to)|(?<=goto )(?:masq|snat)[\w.-]*)|(?<option>(?<=\s|^)-{1,2}[a-zA-Z][\w-]*)|(?<prefix>(?<=\s)[\da-fA-F:.]+\/\d+)/;

/** The class of a verdict, by its first letter: `MASQUERADE`, `goto masq`, `goto snat-203.0.113.5`. */
const VERDICTS: Readonly<Record<string, string>> = { r: "return", m: "masquerade", s: "snat" };

interface Token {
  readonly kind: string;
  readonly text: string;
}

/** Splits a line into coloured and plain parts. */
function tokensOf(line: string): readonly Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of line.matchAll(new RegExp(TOKENS, "g"))) {
    if (match.index > end) tokens.push({ kind: "", text: line.slice(end, match.index) });
    const [kind = ""] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? [];
    tokens.push({
      kind: kind === "verdict" ? `verdict-${VERDICTS[match[0][0]?.toLowerCase() ?? ""]}` : kind,
      text: match[0],
    });
    end = match.index + match[0].length;
  }
  return [...tokens, { kind: "", text: line.slice(end) }];
}

interface LineProps {
  readonly text: string;
  /** Undefined unless it is a line of a diff. */
  readonly kind?: "add" | "remove" | "keep";
}

const SIGNS = { add: "+ ", remove: "- ", keep: "  " } as const;

const signOf = (kind: LineProps["kind"]): string => (kind ? SIGNS[kind] : "");

const ELEMENTS = { add: "ins", remove: "del", keep: "span" } as const;

function Line({ text, kind }: LineProps) {
  const Element = ELEMENTS[kind ?? "keep"];
  return (
    <Element class={`line ${kind ?? ""}`}>
      {signOf(kind)}
      {tokensOf(text).map((token, i) => (
        <span key={i} class={token.kind}>
          {token.text}
        </span>
      ))}
      {"\n"}
    </Element>
  );
}

export interface CodeProps {
  /** The name for screen readers. */
  readonly label: string;
  readonly lines: readonly LineProps[];
  readonly testid: string;
}

/** Longer texts are shown without colours, which would take seconds. */
const COLOURED = 2_000;

/** Lines of rules; of a diff if they have a kind. It scrolls, so the keyboard must reach it. */
export function Code({ label, lines, testid }: CodeProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable
    <section class="code" aria-label={label} tabIndex={0}>
      <pre data-testid={testid}>
        {lines.length > COLOURED
          ? lines.map(({ text, kind }) => signOf(kind) + text).join("\n")
          : lines.map((line, i) => <Line key={i} {...line} />)}
      </pre>
    </section>
  );
}
