// Completion for fish: one line for each meaning of a flag, with the commands that take it.
import { BOOLS, type Completed, VALUED } from "./completed.ts";
import type { Flag } from "./flags.ts";

const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;

/** The options of `complete` that offer the values of an operand, or of a flag after its `=`. */
function choices(wanted: string): string {
  if (wanted === "FILE") return " -F";
  return wanted.includes("|") ? ` -a ${quoted(wanted.replaceAll("|", " "))}` : "";
}

/** The same for a flag. fish lists a flag with an optional value twice, so a bool offers values only if its default is true. */
function follows({ type, value, fallback }: Flag): string {
  if (type === "bool") return fallback === "true" ? choices(BOOLS) : "";
  return ` -r${value === "FILE" ? "" : "f"}${choices(value)}`;
}

/** Each meaning of a flag, with the commands for which it has that meaning. */
function flagsWithCommands(commands: readonly Completed[]): Map<Flag, { name: string; takenBy: string[] }> {
  const found = new Map<Flag, { name: string; takenBy: string[] }>();
  for (const command of commands) {
    for (const [name, flag] of command.flags) {
      const { takenBy } = found.get(flag) ?? { takenBy: [] };
      found.set(flag, { name, takenBy: [...takenBy, command.name] });
    }
  }
  return found;
}

export function fishScript(commands: readonly Completed[]): string {
  const complete = (when: string, what: string) => `complete -c ip-masq-agent -n ${quoted(when)}${what}`;
  const names = commands.map(({ name, summary }) =>
    complete("test (count (__ip_masq_agent_words)) -eq 0", ` -a ${name} -d ${quoted(summary)}`),
  );
  const operands = commands.flatMap(({ name, operand, repeats }) => {
    const what = choices(operand);
    return what ? [complete(`__ip_masq_agent_operand ${name}${repeats ? " more" : ""}`, what)] : [];
  });
  const flags = [...flagsWithCommands(commands)].map(([flag, { name, takenBy }]) => {
    const letter = flag.short === undefined ? "" : ` -s ${flag.short}`;
    const what = `${letter} -l ${name} -o ${name}${follows(flag)} -d ${quoted(flag.summary)}`;
    return complete(`__ip_masq_agent_runs ${takenBy.join(" ")}`, what);
  });
  return `# fish completion for ip-masq-agent

# The command and its operands before the cursor, one per line.
function __ip_masq_agent_words
    set -l tokens (commandline -opc)
    set -l value
    set -l ended
    for token in $tokens[2..]
        if test -n "$value"
            set value
        else if test -z "$ended"; and string match -qr -- '^-.' $token
            if test $token = --
                set ended 1
            else if contains -- (string replace -r -- '^--?' '' $token) ${VALUED.join(" ")}
                set value 1
            end
        else
            printf '%s\\n' $token
        end
    end
end

# Is the cursor at an operand of the command: the first one, or a further one?
function __ip_masq_agent_operand -a command more
    # The value of a boolean flag is not an operand.
    string match -q -- '-*=*' (commandline -ct); and return 1
    set -l words (__ip_masq_agent_words)
    test "$words[1]" = $command -a \\( (count $words) -eq 1 -o -n "$more" \\)
end

# Is the command one of these? The default is run.
function __ip_masq_agent_runs
    set -l words (__ip_masq_agent_words) run
    contains -- $words[1] $argv
end

complete -c ip-masq-agent -f
${[...names, ...operands, ...flags].join("\n")}
complete -c ip-masq-agent -l help -d 'show usage'
`;
}
