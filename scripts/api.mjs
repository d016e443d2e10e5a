// @ts-check
// Generates docs/library.md: the core's API, from the docstrings of its types.
import { readFileSync } from "node:fs";

/** The sections of the page, and the files in src/core/ that each describes. */
const SECTIONS = Object.entries({
  "CIDRs and addresses as text": ["contains", "overlaps", "merge", "subtract", "prefix-table"],
  Errors: ["invalid-cidr", "instance"],
  "Texts and records": ["prefix", "record", "list", "order"],
  "Lookup in bulk": ["table"],
  "The smallest list in bulk": ["aggregate"],
  Ranges: ["range"],
  "The address space in segments": ["segments"],
  "Lines of text": ["places", "flows"],
  "Rules of iptables as text": ["rules"],
  "Long work in steps": ["steps"],
});

const INTRO = `# Library

<!-- Written by npm run build from the docstrings in src/core/; change them there. -->

The agent's core as a library: CIDRs and addresses of both families, in WebAssembly, without dependencies. It runs on Node 20 and
later, on Deno and in browsers, and has types.

\`\`\`js
import { contains, merge, PrefixTable } from "ip-masq-agent";
\`\`\`

\`ip-masq-agent/core\` is the same module. The functions in the first part of this page take strings, and are all that most programs need.
Those in the second part process lists in bulk, as _records_ of 24 bytes per prefix. \`parsePrefixes\` converts strings to records, and
the other functions accept them as they are. They process a million prefixes in a fraction of a second. Functions that decide by prefixes
refuse the records of invalid texts and of prefixes with host bits; \`read\` shows which ones these are.

Strings are parsed as Go's \`net.ParseCIDR\` and \`net.ParseIP\` parse them: no leading zeros in octets, no zones. Any other string or
argument throws an error that says what is wrong, where, and what to write instead. A test runs every example on this page.
`;

/** @param {string} name */
const typesOf = (name) => readFileSync(`dist/types/core/${name}.d.ts`, "utf8");

/** The exports of the entry point, by file. */
function exportsByFile() {
  /** @type {Map<string, Set<string>>} */
  const files = new Map();
  const pattern = /export (?:type )?\{([^}]*)\} from "\.\/([\w-]+)\.ts"/g;
  for (const [, list = "", file = ""] of typesOf("index").matchAll(pattern)) {
    const names = files.get(file) ?? new Set();
    for (const word of list.matchAll(/(?:type )?(\w+)/g)) names.add(word[1] ?? "");
    files.set(file, names);
  }
  return files;
}

/**
 * The declarations of a file, each with its docstring and everything up to the next one. A comment alone does not begin one: the
 * members of a union have some.
 * @param {string} file
 */
function declarationsOf(file) {
  const pattern =
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^export (?:declare )?((?:function|class|interface|const|type) (\w+)[\s\S]*?)(?=^(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?(?:export |declare )|(?![\s\S]))/gm;
  return [...typesOf(file).matchAll(pattern)].map(([, doc = "", code = "", name = ""]) => ({ name, doc, code }));
}

/** The text of a docstring. @param {string} doc */
function textOf(doc) {
  return doc
    .replace(/^\s*\/\*\*\s?|\s*\*\/\s*$/g, "")
    .replace(/^ *\* ?/gm, "")
    .replace(/^@example\n/gm, "")
    .replace(/^@param (\w+)/gm, "- `$1`:")
    .replace(/\{@link ([\w.]+)\}/g, "`$1`")
    .trim();
}

/**
 * A declaration as a reader needs it. Base classes that are not on the page are internal.
 * @param {string} code
 * @param {ReadonlySet<string>} exported
 */
function shown(code, exported) {
  return code
    .replace(/^class \w+ extends (\w+)/, (whole, base) => (exported.has(base) ? whole : whole.replace(/\w+$/, "Error")))
    .replace(/^ *#private;\n/gm, "")
    .replace(/ +$/gm, "")
    .replace(/\{@link ([\w.]+)\}/g, "$1")
    .trim();
}

/** The page. */
export function apiPage() {
  const files = exportsByFile();
  const lost = [...files.keys()].filter((file) => !SECTIONS.some(([, own]) => own.includes(file)));
  if (lost.length > 0) throw new Error(`docs/library.md: no section describes ${lost.join(", ")}`);
  const exported = new Set([...files.values()].flatMap((names) => [...names]));
  const sections = SECTIONS.map(([title, own]) => {
    const parts = own.flatMap((file) => partsOf(file, files.get(file) ?? new Set(), exported));
    return [`## ${title}`, ...parts].join("\n\n");
  });
  return `${[INTRO.trimEnd(), ...sections].join("\n\n")}\n`;
}

/**
 * The page's text about the exports of one file.
 * @param {string} file
 * @param {ReadonlySet<string>} names
 * @param {ReadonlySet<string>} exported those of all files
 */
function partsOf(file, names, exported) {
  const own = declarationsOf(file).filter(({ name }) => names.has(name));
  const missing = [...names].filter((name) => own.every((one) => one.name !== name));
  if (missing.length > 0) throw new Error(`docs/library.md: no declaration of ${missing.join(", ")} in ${file}`);
  return own.map(({ name, doc, code }) =>
    `### ${name}\n\n\`\`\`typescript\n${shown(code, exported)}\n\`\`\`\n\n${textOf(doc)}`.trimEnd(),
  );
}
