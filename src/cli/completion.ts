// ip-masq-agent completion SHELL: a script that completes commands and flags, of the same tables as the help.
import type { Command } from "./command.ts";
import { FLAGS, type Flag, flagsOf, UsageError } from "./flags.ts";
import type { Io } from "./io.ts";

const PROGRAM = "ip-masq-agent";

/** `a|b|c` names the values there are; FILE asks for a file. */
const choicesOf = ({ value }: Flag) =>
  value.includes("|") ? value.split("|").filter((one) => one !== "FILE") : undefined;

type Commands = Readonly<Record<string, Command>>;

const wordOf = ([name, { type }]: readonly [string, Flag]) => `--${name}${type === "bool" ? "" : "="}`;

function bash(commands: Commands): string {
  const names = Object.keys(commands);
  const cases = names.map((name) => `    ${name}) flags="${flagsOf(name).map(wordOf).join(" ")}" ;;`);
  const values = Object.entries(FLAGS).flatMap(([name, flag]) => {
    const choices = choicesOf(flag);
    return choices ? [`    --${name}) COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$value")); return ;;`] : [];
  });
  return `# bash completion for ${PROGRAM}: source it, or put it into /etc/bash_completion.d.
_ip_masq_agent() {
  local line=\${COMP_LINE:0:COMP_POINT} command=run flags word
  for word in \${COMP_WORDS[@]:1:COMP_CWORD-1}; do
    case " ${names.join(" ")} " in *" $word "*) command=$word; break ;; esac
  done
  local last=\${line##* }
  if [[ $last == --*=* ]]; then
    local value=\${last#*=}
    case \${last%%=*} in
${values.join("\n")}
    esac
    COMPREPLY=($(compgen -f -- "$value"))
    return
  fi
  case $command in
${cases.join("\n")}
  esac
  if [[ $last == -* ]]; then
    COMPREPLY=($(compgen -W "$flags --help" -- "$last"))
    [[ \${COMPREPLY[0]-} == *= ]] && compopt -o nospace
  elif [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${names.join(" ")}" -- "$last"))
  else
    COMPREPLY=($(compgen -f -- "$last"))
  fi
}
complete -F _ip_masq_agent ${PROGRAM}
`;
}

/** For single quotes of a shell, and for what zsh reads between brackets. */
const quoted = (text: string) => text.replaceAll("'", "'\\''");
const bracketed = (text: string) => quoted(text).replace(/[[\]:]/g, "\\$&");

function zsh(commands: Commands): string {
  const names = Object.keys(commands);
  const argument = (flag: Flag) => {
    const choices = choicesOf(flag);
    return choices ? `:value:(${choices.join(" ")})` : flag.value === "FILE" ? ":file:_files" : ":value: ";
  };
  const spec = ([name, flag]: readonly [string, Flag]) => {
    const what = `[${bracketed(flag.summary)}]`;
    return flag.type === "bool" ? `'--${name}${what}'` : `'--${name}=${what}${argument(flag)}'`;
  };
  const cases = names.map((name) => `    ${name}) _arguments ${flagsOf(name).map(spec).join(" ")} '*:file:_files' ;;`);
  const described = names.map((name) => `'${name}:${quoted(commands[name]?.summary ?? "")}'`);
  return `#compdef ${PROGRAM}
_ip_masq_agent() {
  local -a commands=(${described.join(" ")})
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  local command=run
  [[ -n $words[2] && $words[2] != -* ]] && { command=$words[2]; shift words; (( CURRENT-- )); }
  case $command in
${cases.join("\n")}
  esac
}
_ip_masq_agent "$@"
`;
}

function fish(commands: Commands): string {
  const names = Object.keys(commands);
  const text = (what: string) => `'${what.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = names.map(
    (name) => `complete -c ${PROGRAM} -n __fish_use_subcommand -a ${name} -d ${text(commands[name]?.summary ?? "")}`,
  );
  for (const name of names) {
    for (const [flag, one] of flagsOf(name)) {
      const choices = choicesOf(one);
      const value = one.type === "bool" ? "" : choices ? ` -x -a ${text(choices.join(" "))}` : " -r";
      const when =
        name === "run"
          ? `'not __fish_seen_subcommand_from ${names.slice(1).join(" ")}'`
          : `'__fish_seen_subcommand_from ${name}'`;
      lines.push(`complete -c ${PROGRAM} -n ${when} -l ${flag}${value} -d ${text(one.summary)}`);
    }
  }
  return `# fish completion for ${PROGRAM}\n${lines.join("\n")}\n`;
}

const SHELLS: Readonly<Record<string, (commands: Commands) => string>> = { bash, zsh, fish };

/** Prints the script for a shell. */
export async function completion(commands: Commands, words: readonly string[], io: Io): Promise<number> {
  const [shell = ""] = words;
  const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (!script)
    throw new UsageError(`completion is for one of ${Object.keys(SHELLS).join(", ")}: ${PROGRAM} completion bash`);
  io.print(script(commands).trimEnd());
  return 0;
}
