// npm in the repository: the scripts are those of package.json, and what follows `--` is checked as the script would. None of them
// runs, because they would run the tests, including this one.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type Call, must, optionsOf, parseCall, type Reply, refuse } from "../call.ts";

const PACKAGE = JSON.parse(readFileSync("package.json", "utf8"));

/** The test files, as `npm test PART` finds them. */
const testFiles = () => readdirSync("test", { recursive: true, encoding: "utf8" }).map((name) => `test/${name}`);

/** What each script takes. */
const ARGUMENTS: Readonly<Record<string, (args: readonly string[]) => void>> = {
  test: (args) => {
    const { words } = parseCall(args, optionsOf("--unit"));
    for (const part of words)
      must(
        testFiles().some((file) => file.endsWith(".test.ts") && file.includes(part)),
        `no test has ${part} in its path`,
      );
  },
  torture: (args) => {
    const declared = readFileSync("torture/main.ts", "utf8").matchAll(/^ +(\w+): \{ type: "(\w+)"/gm);
    const { words } = parseCall(args, new Map([...declared].map(([, name = "", type]) => [name, type === "string"])));
    for (const part of words) must(existsSync(`torture/parts/${part}.ts`), `the torture has no part ${part}`);
  },
  bench: (args) => {
    const { words } = parseCall(args, optionsOf(""));
    const sections = readFileSync("bench/bench.mjs", "utf8");
    for (const word of words) must(new RegExp(`^ {2}${word}: print`, "m").test(sections), `the bench has no ${word}`);
  },
};

export function npm({ args }: Call): Reply {
  const [first = "", ...rest] = args;
  if (first === "ci" || first === "pack") must(rest.length === 0, `npm ${first} takes no ${rest.join(" ")}`);
  else if (first === "pkg") setKey(rest);
  else if (first === "run") script(rest[0] ?? "", rest.slice(1));
  else if (first === "start" || first === "test") script(first, rest);
  else refuse(`unknown command ${first}`);
  return {};
}

/** `npm pkg set KEY=VALUE`: the key exists. */
function setKey([verb, pair = ""]: readonly string[]): void {
  must(verb === "set", `npm pkg ${verb}?`);
  const path = pair.split("=")[0]?.split(".") ?? [];
  must(path.reduce((at, key) => at?.[key], PACKAGE) !== undefined, `package.json has no ${path.join(".")}`);
}

function script(name: string, args: readonly string[]): void {
  must(PACKAGE.scripts[name], `package.json has no script ${name}`);
  // Without `--`, npm keeps options to itself.
  const [own, passed] = args.includes("--")
    ? [args.slice(0, args.indexOf("--")), args.slice(args.indexOf("--") + 1)]
    : [args, []];
  must(!own.some((word) => word.startsWith("-")), `npm takes ${own.join(" ")} for its own: write -- before it`);
  const all = [...own, ...passed];
  const check = ARGUMENTS[name] ?? ((extra) => must(extra.length === 0, `${name} takes no ${extra.join(" ")}`));
  check(all);
}
