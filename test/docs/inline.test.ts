// Commands in sentences and tables of the docs. Many only name a command (`kubectl rollout undo`), so the stand-ins check their
// words and options; those of real tools run, and must not fail because of how they are written.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../src/cli/commands.ts";
import { kernelTest } from "../kernel/harness.ts";
import { NODE, POD } from "./cluster.ts";
import { type Inline, inlineCodeOf, nameOf, PAGES } from "./pages.ts";
import { runScript } from "./sandbox.ts";
import { STAND_INS } from "./stand-ins/index.ts";
import { newWorld } from "./stand-ins/world.ts";

/** Programs that are on a machine that runs these tests. */
const TOOLS = /^(nft|conntrack|git|jq|lslocks|node|sed|setpriv|ip6?tables(-nft|-legacy)?(-save|-restore)?)$/;

/** The commands of a text: those of a pipeline, without variables that are set for it, and without `source <(…)` around it. */
const commandsOf = (text: string): string[][] =>
  text
    .replace(/^source <\((.*)\)$/, "$1")
    .split(/ (?:\||&&) (?=[\w-]+(?: |$))/)
    .map((part) => wordsOf(part.replace(/^([A-Z_]+=\S* )+/, "")));

/** The words of a command; quotes join several. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ""));

/** Sentences also write the agent's commands without its name: `explain ADDRESS`. */
const named = (words: string[]): string[] =>
  words.length > 1 && Object.hasOwn(COMMANDS, words[0] ?? "") && /^([-[A-Z]|\d)/.test(words[1] ?? "")
    ? ["ip-masq-agent", ...words]
    : words;

/** Messages of the program that begin like a command. */
const MESSAGE =
  /^(ip-masq-agent version:|iptables is not|iptables-nft (ipv4:|does not support)|nft …|nft monitor (has ended|holds|lost))/;

const INLINE: readonly (Inline & { readonly commands: readonly string[][] })[] = PAGES.flatMap(inlineCodeOf)
  .filter(({ text }) => !MESSAGE.test(text))
  .map((code) => ({ ...code, commands: commandsOf(code.text).map(named) }));

/** Placeholders in sentences, and their values. */
const PLACEHOLDERS: Readonly<Record<string, string>> = { POD, NODE, "daemonset/NAME": "daemonset/ip-masq-agent" };

const standInTest = process.env.NO_MANIFESTS ? test.skip : test;
let checked = 0;
for (const page of PAGES) {
  const found = INLINE.filter((code) => code.page === page).flatMap(({ commands, ...code }) =>
    commands
      .filter(([program = "", ...args]) => args.length > 0 && Object.hasOwn(STAND_INS, program))
      .map((words) => ({ ...code, words })),
  );
  checked += found.length;
  if (found.length === 0) continue;
  standInTest(`${page}: the commands in its sentences and tables exist`, () => {
    for (const { words, ...code } of found) {
      const [program = "", ...args] = words.map((word) => PLACEHOLDERS[word] ?? word).filter((word) => word !== "…");
      // A command that is named in general: `ip-masq-agent COMMAND --help`.
      if (args[0] === "COMMAND") continue;
      const call = { args, folder: ".", input: "", isNamed: true };
      try {
        STAND_INS[program]?.(call, newWorld(""));
      } catch (error) {
        // An option without its value is only named: `kubectl apply -k`.
        const { message } = error as Error;
        assert.match(message, /needs an? (value|argument)/, `${nameOf(code)}: ${code.text}: ${message}`);
      }
    }
  });
}

test("sentences and tables name commands", () => assert.ok(checked > 100, `${checked}`));

standInTest("the commands in the notes of the chart work", () => {
  const world = newWorld("");
  const args = "install ip-masq-agent deploy/chart --namespace=kube-system --set=image.repository=x".split(" ");
  const { stdout = "" } = STAND_INS.helm?.({ args, folder: ".", input: "", isNamed: false }, world) ?? {};
  const commands = stdout.split("\n").filter((line) => line.startsWith("  "));
  assert.ok(commands.length > 0, stdout);
  for (const command of commands) {
    const [program = "", ...rest] = command.trim().split(" ");
    assert.not.throws(() => STAND_INS[program]?.({ args: rest, folder: ".", input: "", isNamed: false }, world));
  }
});

test("the agent accepts the examples of its help", () => {
  for (const example of Object.values(COMMANDS).flatMap(({ examples }) => examples)) {
    for (const [program = "", ...args] of commandsOf(example)) {
      if (program !== "ip-masq-agent") continue;
      const call = { args, folder: ".", input: "", isNamed: true };
      assert.not.throws(() => STAND_INS[program]?.(call, newWorld("")), undefined, example);
    }
  }
});

/** Each text once. */
const TOOL_CALLS = INLINE.filter(
  ({ commands: [words = []], text }, i) =>
    words.length > 1 && TOOLS.test(words[0] ?? "") && INLINE.findIndex((other) => other.text === text) === i,
);

/** The operands of calls that a sentence only names, if the tool reports a missing operand as an incorrect call. */
const OPERANDS: Readonly<Record<string, string>> = {
  "conntrack -R": "-",
  "nft delete rule": "ip nat POSTROUTING handle 1",
};

/** The messages of tools about an incorrect call. An option without its operand only names the option. */
const WRONG =
  /unknown (option|arg)|unrecognized|invalid option|syntax error|Bad argument|compile error|command not found|^Usage/im;

kernelTest("calls of real tools in sentences and tables are written correctly", async () => {
  const values: Readonly<Record<string, string>> = { NUMBER: "1", NAME: "x", "…": "" };
  const lines = TOOL_CALLS.map(({ text }) => {
    const line = `${text} ${OPERANDS[text] ?? ""}`
      .trim()
      .replace(/\b(NUMBER|NAME)\b| …$/g, (word) => values[word.trim()] ?? word);
    // `sed -i` must find what it replaces.
    const file = /^sed -i .* (\S+)$/.exec(line)?.[1];
    return [
      "echo @@",
      file ? `cp ${file} before` : "",
      // `nft monitor` has no end.
      `timeout 0.3 bash -c ${JSON.stringify(line).replaceAll("$", "\\$")} </dev/null 2>&1 | head -n 5 || true`,
      file ? `cmp -s ${file} before && echo 'unknown option: nothing is replaced'` : "",
    ].join("\n");
  });
  const before = ["nft", "legacy"].map((name) => `ip-masq-agent apply --backend=iptables --iptables-variant=${name}`);
  const script = [...before, "set +e", ...lines].join("\n");
  const { stdout, stderr } = await runScript(`touch deploy/x; echo '{}' >PT1H.json\n${script}`);
  const [, ...outputs] = stdout.split("@@\n");
  assert.is(outputs.length, TOOL_CALLS.length, stderr);
  for (const [i, output] of outputs.entries()) {
    const { page, line, text } = TOOL_CALLS[i] as Inline;
    assert.not.match(output, WRONG, `${nameOf({ page, line })}: ${text}: ${output}`);
  }
});

test.run();
