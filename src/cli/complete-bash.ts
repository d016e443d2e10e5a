// Completion for bash: one function over the tables, embedded as --help shows them.
import { shownFlag } from "./about.ts";
import { BOOLS, type Completed, LETTERS, VALUED } from "./completed.ts";

function arm({ name, flags, operand, repeats }: Completed): string {
  const shown = [...flags.map(([flag, one]) => shownFlag(flag, one)), "--help"].join(" ");
  return `    ${name}) flags='${shown}' operand='${operand}' many=${repeats ? 1 : ""} ;;`;
}

export function bashScript(commands: readonly Completed[]): string {
  return `# bash completion for ip-masq-agent
_ip_masq_agent() {
  local IFS=$' \\t\\n' i word blank piece words=()
  COMPREPLY=()
  # COMP_WORDS is split at = and : too: join what no blank separates. Ignore everything after the cursor.
  local rest=\${COMP_LINE:0:COMP_POINT}
  for ((i = 0; i <= COMP_CWORD; i++)); do
    blank=\${rest%%[![:blank:]]*} rest=\${rest#"$blank"}
    piece=\${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || piece=$rest
    rest=\${rest#"$piece"}
    if [[ -n $blank || $i -eq 0 ]]; then words+=("$piece"); else words[\${#words[@]} - 1]+=$piece; fi
  done
  [[ $piece == *[!=:]* ]] || piece=

  local command= flag= ended= count=0 last=$((\${#words[@]} - 1))
  for ((i = 1; i < last; i++)); do
    word=\${words[i]}
    if [[ -n $flag ]]; then
      flag=
    elif [[ -z $ended && $word == -- ]]; then
      ended=1
    elif [[ -z $ended && $word == -?* ]]; then
      word=\${word#-}
      case \${word#-} in ${VALUED.join("|")}) flag=\${word#-} ;; esac
    elif [[ -z $command ]]; then
      command=$word
    else
      ((count++))
    fi
  done

  local flags= operand= many= wanted= prefix= current=\${words[last]}
  case \${command:-run} in
${commands.map(arm).join("\n")}
    *) return ;;
  esac
  if [[ -z $flag && -z $ended && $current == -*=* ]]; then
    prefix=\${current%%=*}= current=\${current#*=}
    flag=\${prefix%=} flag=\${flag#-} flag=\${flag#-}
  elif [[ -z $flag && -z $ended && $current == -* ]]; then
    # A single dash works too, as in Go.
    local dash=--
    [[ $current != -[!-]* ]] || dash=-
    for word in $flags; do
      [[ $word != *=* ]] || word=\${word%%=*}=
      wanted+="|$dash\${word#--}"
    done
  elif [[ -z $flag && -z $command ]]; then
    wanted='|${commands.map(({ name }) => name).join("|")}'
  elif [[ -z $flag ]]; then
    ((count > 0)) && [[ -z $many ]] || wanted=$operand
  fi
  case $flag in
${LETTERS.map(([letter, name]) => `    ${letter}) flag=${name} ;;`).join("\n")}
  esac
  for word in \${flag:+$flags}; do
    case $word in
      --"$flag"=*) wanted=\${word#*=} ;;
      --"$flag") wanted='${BOOLS}' ;;
    esac
  done

  # The shell replaces the piece at the cursor only, and quotes names itself.
  local before
  IFS= read before <<<"\${words[last]%"$piece"}"
  case $current in
    [\\"\\']*) current=\${current:1} ;;
    *) IFS= read current <<<"$current" ;;
  esac
  local from=()
  case $wanted in
    FILE) from=(-f) && compopt -o filenames 2>/dev/null ;;
    *'|'*) from=(-W "\${wanted//|/ }") ;;
    *) return ;;
  esac
  while IFS= read -r word; do
    COMPREPLY+=("\${word#"$before"}")
  done < <(compgen -P "$prefix" "\${from[@]}" -- "$current")
  [[ \${#COMPREPLY[@]} -ne 1 || $COMPREPLY != *= ]] || compopt -o nospace 2>/dev/null
}
complete -F _ip_masq_agent ip-masq-agent
`;
}
