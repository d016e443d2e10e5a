// The completion scripts in their shells: by typing into bash and zsh, and by querying fish.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../src/cli/commands.ts";
import { agent } from "../kernel/harness.ts";
import { testFolder } from "./calls.ts";
import { openTerminal, shellTest } from "./terminal.ts";

const { folder, file } = testFolder();

/** The folder for the typing, with names that a shell has to quote. */
const here = `${folder}/here`;
mkdirSync(`${here}/dir`, { recursive: true });
for (const name of ["plain.yaml", "my file.yaml", "a:b.yaml", "dir/inner.yaml"]) writeFileSync(`${here}/${name}`, "");

const scripts: Record<string, string> = {};
test.before(async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { exit, stdout } = await agent(undefined, ["completion", shell]);
    assert.is(exit, 0);
    scripts[shell] = file(`ip-masq-agent.${shell}`, stdout);
  }
});

const PROMPT = "READY ";
const COMPLETE = "\t";
const COMPLETE_ALL = "\x02";
const SHOW = "\x14";
const CLEAR = "\x15";
const SHOWN = /\{\{\{(.*?)\}\}\}/;

/** Keys that insert every completion, show the resulting line, and clear it. */
const BASH = () => `PS1='${PROMPT}'
bind 'set bell-style none'
bind '"\\C-b": insert-completions'
bind -x '"\\C-t": printf "{{{%s}}}" "$READLINE_LINE"'
source ${scripts.bash}
`;
const ZSH = `PS1='${PROMPT}'
setopt no_beep
show() { print -rn -- "{{{$BUFFER}}}" }
all() { _main_complete; compstate[insert]=all compstate[list]= }
zle -N show
zle -C all complete-word all
bindkey '^T' show
bindkey '^B' all
bindkey '^U' kill-whole-line
`;

/** How to start each shell: zsh with the script sourced, and with it in fpath. */
const TERMINALS: Record<string, () => [command: string, env: Record<string, string>]> = {
  bash: () => [`bash --noprofile --rcfile ${file("bashrc", BASH())} -i`, {}],
  "zsh, sourced": () => zsh("sourced", `autoload -Uz compinit; compinit -u -D; source ${scripts.zsh}\n`),
  "zsh, in fpath": () => {
    mkdirSync(`${folder}/functions`, { recursive: true });
    execFileSync("cp", [scripts.zsh ?? "", `${folder}/functions/_ip-masq-agent`]);
    return zsh("fpath", `fpath=(${folder}/functions $fpath); autoload -Uz compinit; compinit -u -D\n`);
  },
};

function zsh(name: string, load: string): [string, Record<string, string>] {
  mkdirSync(`${folder}/${name}`, { recursive: true });
  file(`${name}/.zshrc`, ZSH + load);
  return ["zsh -i", { ZDOTDIR: `${folder}/${name}` }];
}

/** Types each line and a key; returns the resulting lines. */
async function typed(name: string, lines: readonly string[], key: string): Promise<string[]> {
  const [command, env] = TERMINALS[name]?.() ?? ["", {}];
  const terminal = openTerminal(command, { COLUMNS: "2000", INPUTRC: "/dev/null", ...env }, here);
  try {
    const results: string[] = [];
    await terminal.type("", new RegExp(PROMPT));
    for (const line of lines) {
      results.push(await terminal.type(`${CLEAR}ip-masq-agent ${line}${key}${SHOW}`, SHOWN));
    }
    return results.map((line) => line.slice("ip-masq-agent ".length));
  } finally {
    terminal.close();
  }
}

/** The typed text, and the completions of its last word. */
const CASES: [string, string][] = [
  ["", Object.keys(COMMANDS).sort().join(" ")],
  ["pl", "plan"],
  ["--config x pl", "plan"],
  ["--config=x -v 4 --enable-ipv6 pl", "plan"],
  ["nothing ", ""],
  ["cleanup pl", ""],
  ["cleanup ", ""],
  ["plan pl", "plain.yaml"],
  ["plan plain.yaml pl", ""],
  ["plan -o y", "yaml"],
  ["-o json pl", "plan"],
  ["check --output=g", "github"],
  ["version --", "help output"],
  ["plan --ex", "exit-code"],
  ["check --ex", ""],
  ["--cleanup", "cleanup-on-exit"],
  ["plan -con", "config"],
  ["plan -iptables-variant=n", "nft"],
  ["plan -iptables-variant n", "nft"],
  ["plan --backend=", "auto iptables nftables windows-cni"],
  ["plan --backend win", "windows-cni"],
  ["plan --random-fully=", "false true"],
  ["render --family=i", "ipv4 ipv6"],
  ["render --to=", "auto iptables nftables table windows-cni"],
  ["render --to w", "windows-cni"],
  ["impact --to=p", "plain.yaml"],
  ["impact --to p", "plain.yaml"],
  ["impact --to=w", ""],
  ["plan --to=", ""],
  ["--config=p", "plain.yaml"],
  ["-config p", "plain.yaml"],
  ["--masq-chain=", ""],
  ["--masq-chain ", ""],
  ["explain ", ""],
  ["check plain.yaml p", "plain.yaml"],
  ["check -- p", "plain.yaml"],
  ["check -- --o", ""],
  ["check dir/", "dir/inner.yaml"],
  ["optimize p", "plain.yaml"],
  ["optimize x.yaml p", ""],
  ["optimize - --o", "output"],
  ["impact --from=x --to x d", "dir"],
  ["completion ", "bash fish zsh"],
  ["completion bash ", ""],
];

/** Completions without what a shell adds around them: the dashes and the flag before, and = or / after. */
const bare = (words: readonly string[]) =>
  words.map((word) => word.replace(/[=/]$/, "").replace(/^-[^=]*=|^-+/, "")).join(" ");

for (const name of Object.keys(TERMINALS)) {
  shellTest(`${name} offers all that may follow, and nothing else`, async () => {
    const lines = await typed(
      name,
      CASES.map(([line]) => line),
      COMPLETE_ALL,
    );
    for (const [i, [line, expected]] of CASES.entries()) {
      const head = line.slice(0, line.lastIndexOf(" ") + 1);
      const now = lines[i] ?? "";
      assert.ok(now.startsWith(head), `${line}: ${now}`);
      const offered = now === line ? [] : now.slice(head.length).trim().split(" ");
      assert.is(bare(offered), expected, line);
    }
  });
}

shellTest("fish offers all that may follow, and nothing else", () => {
  const asked = CASES.map(([line]) => `complete -C 'ip-masq-agent ${line}'; echo =`).join("\n");
  const output = execFileSync("fish", ["--no-config", "-c", `source ${scripts.fish}\n${asked}`], {
    cwd: here,
    encoding: "utf8",
  });
  const answers = output.split("=\n");
  for (const [i, [line, expected]] of CASES.entries()) {
    const offered = (answers[i] ?? "").split("\n").flatMap((one) => one.split("\t")[0] || []);
    assert.is(bare(offered.sort()), expected, line);
  }
});

/** The typed text, and the line after one tab: its quoting, and whether typing can continue there. */
const TABS: [string, string][] = [
  ["pl", "plan "],
  ["plan --exi", "plan --exit-code "],
  ["plan --outp", "plan --output="],
  ["plan -outp", "plan -output="],
  ["plan --output=j", "plan --output=json "],
  ["check di", "check dir/"],
  ["check --config=di", "check --config=dir/"],
  ["check --config di", "check --config dir/"],
  ["check my", "check my\\ file.yaml "],
  ["check my\\ f", "check my\\ file.yaml "],
  ["check 'my", "check 'my file.yaml' "],
  ["check --config=my", "check --config=my\\ file.yaml "],
  ["check a:", "check a:b.yaml "],
  ["check ~/no-such-fi", "check ~/no-such-fi"],
  ["plan --masq-chain=p", "plan --masq-chain=p"],
];

for (const name of Object.keys(TERMINALS)) {
  shellTest(`${name} completes runnable commands, and lets typing continue`, async () => {
    const lines = await typed(
      name,
      TABS.map(([line]) => line),
      COMPLETE,
    );
    for (const [i, [line, expected]] of TABS.entries()) assert.is(lines[i], expected, line);
  });
}

test("completion takes the name of one known shell", async () => {
  const cases: [string[], RegExp][] = [
    [[], /completion needs a shell, one of bash, zsh, fish, such as: ip-masq-agent completion bash/],
    [["tcsh"], /completion needs a shell, one of bash, zsh, fish/],
    [["bash", "zsh"], /one shell at a time: unexpected "zsh"/],
  ];
  for (const [words, message] of cases) {
    const { exit, stderr, stdout } = await agent(undefined, ["completion", ...words]);
    assert.equal([exit, stdout], [2, ""]);
    assert.match(stderr, message);
  }
});

test.run();
