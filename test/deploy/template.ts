// Go templates, as far as our chart uses them: helm itself is not to be had from Debian or npm. Whatever else a template says
// is an error here, so that nothing is rendered that helm would render otherwise.
import { stringify } from "yaml";

type Scope = { readonly root: unknown; readonly dot: unknown; readonly files: (path: string) => string };
type Node = string | { readonly word: "if" | "with" | "print"; readonly pipe: string; readonly body: Node[] };

const EMPTY = new Set<unknown>(["", 0, false, null, undefined]);

/** Go's notion of nothing. */
function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return EMPTY.has(value);
}

const indent = (text: string, by: number) => text.replace(/^/gm, " ".repeat(by));

/** Functions, by name. What comes through the pipe is the last argument. */
const FUNCTIONS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  default: (fallback: unknown, value: unknown) => (isEmpty(value) ? fallback : value),
  nindent: (by: number, text: string) => `\n${indent(text, by)}`,
  not: (value: unknown) => isEmpty(value),
  toYaml: (value: unknown) => stringify(value, { lineWidth: 0 }).trimEnd(),
};

/** Renders a template with what its `.` and `$` are, and its `.Files.Get`. Throws on what it does not know. */
export function render(template: string, root: unknown, files: (path: string) => string): string {
  return print(parse(template), { root, dot: root, files });
}

function parse(template: string): Node[] {
  const stack: Node[][] = [[]];
  let text = template;
  for (let at = text.search(/\{\{/); at >= 0; at = text.search(/\{\{/)) {
    const [whole = "", left, action = "", right] = /^\{\{(- )?\s*([\s\S]*?)(\s-)?\s*\}\}/.exec(text.slice(at)) ?? [];
    if (whole === "") throw new Error(`an action does not end: ${text.slice(at, at + 40)}`);
    const before = text.slice(0, at);
    stack.at(-1)?.push(left ? before.trimEnd() : before);
    text = text.slice(at + whole.length);
    if (right) text = text.trimStart();
    const [, word, pipe = action] = /^(if|with|end)\b\s*([\s\S]*)$/.exec(action) ?? [];
    if (action.startsWith("/*")) continue;
    if (word === "end") {
      if (stack.length === 1) throw new Error("an end too many");
      stack.pop();
    } else {
      const node = { word: (word ?? "print") as "if" | "with" | "print", pipe, body: [] };
      stack.at(-1)?.push(node);
      if (node.word !== "print") stack.push(node.body);
    }
  }
  if (stack.length !== 1) throw new Error("an end is missing");
  return [...(stack[0] ?? []), text];
}

function print(nodes: readonly Node[], scope: Scope): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      const value = evaluate(node.pipe, scope);
      if (node.word === "print") return text(value, node.pipe);
      return isEmpty(value) ? "" : print(node.body, node.word === "with" ? { ...scope, dot: value } : scope);
    })
    .join("");
}

function text(value: unknown, pipe: string): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`${pipe} is no text`);
}

function evaluate(pipe: string, scope: Scope): unknown {
  let value: unknown;
  for (const [i, stage] of pipe.split("|").entries()) {
    const [head = "", ...rest] = stage.match(/"[^"]*"|[^\s"]+/g) ?? [];
    const args = [...rest.map((word) => operand(word, scope)), ...(i > 0 ? [value] : [])];
    const call = head === ".Files.Get" ? (scope.files as (...args: never[]) => unknown) : FUNCTIONS[head];
    if (!call && args.length > 0) throw new Error(`the function ${head} is unknown`);
    value = call ? call(...(args as never[])) : operand(head, scope);
  }
  return value;
}

function operand(word: string, { root, dot }: Scope): unknown {
  if (/^"[^"]*"$/.test(word)) return word.slice(1, -1);
  if (/^\d+$/.test(word)) return Number(word);
  if (!/^\$?\.[\w.]*$/.test(word)) throw new Error(`the operand ${word} is unknown`);
  const keys = word.replace("$", "").split(".").filter(Boolean);
  return keys.reduce(
    (value: unknown, key) => (value as Record<string, unknown> | undefined)?.[key],
    word[0] === "$" ? root : dot,
  );
}
