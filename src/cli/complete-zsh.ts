// Completion for zsh: one function over the tables, sourced or found in fpath.
import { shownFlag } from "./about.ts";
import { BOOLS, type Completed, LETTERS, VALUED } from "./completed.ts";

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function arm({ name, flags, operand, repeats }: Completed): string {
  const shown = flags.map(([flag, one]) => quoted(`${shownFlag(flag, one)}:${one.summary}`));
  return `    (${name})
      operand=${quoted(operand)} many=${repeats ? 1 : ""}
      flags=(
${[...shown, "'--help:show usage'"].map((flag) => `        ${flag}`).join("\n")}
      ) ;;`;
}

export function zshScript(commands: readonly Completed[]): string {
  return `#compdef ip-masq-agent
# zsh completion for ip-masq-agent
_ip-masq-agent() {
  local word command flag ended operand many wanted dash=-- expl
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
  )
  local -a flags bare valued
  integer i count
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ -n $flag ]]; then
      flag=
    elif [[ -z $ended && $word == -- ]]; then
      ended=1
    elif [[ -z $ended && $word == -?* ]]; then
      word=\${word#-}
      case \${word#-} in (${VALUED.join("|")}) flag=\${word#-} ;; esac
    elif [[ -z $command ]]; then
      command=$word
    else
      ((count++))
    fi
  done

  case \${command:-run} in
${commands.map(arm).join("\n")}
    (*) return 1 ;;
  esac
  if [[ -z $flag && -z $ended && $PREFIX == -*=* ]]; then
    flag=\${\${PREFIX%%=*}#-} flag=\${flag#-}
    compset -P 1 '*='
  elif [[ -z $flag && -z $ended && $PREFIX == -* ]]; then
    # A single dash works too, as in Go.
    [[ $PREFIX == -[^-]* ]] && dash=-
    for word in $flags; do
      case \${word%%:*} in
        (*=*) valued+=("$dash\${\${word%%=*}#--}:\${word#*:}") ;;
        (*) bare+=("$dash\${word#--}") ;;
      esac
    done
    _describe -o flag bare -- valued -qS =
    return
  elif [[ -z $flag && -z $command ]]; then
    _describe command commands
    return
  elif [[ -z $flag ]]; then
    ((count > 0)) && [[ -z $many ]] || wanted=$operand
  fi
  case $flag in
${LETTERS.map(([letter, name]) => `    (${letter}) flag=${name} ;;`).join("\n")}
  esac
  if [[ -n $flag ]]; then
    for word in \${flags%%:*}; do
      case $word in
        (--$flag=*) wanted=\${word#*=} ;;
        (--$flag) wanted='${BOOLS}' ;;
      esac
    done
  fi
  case $wanted in
    (FILE) _files ;;
    (*'|'*) _wanted values expl value compadd -- \${(s:|:)wanted} ;;
    (*) return 1 ;;
  esac
}
# In a file of fpath this is the body of the function; if sourced, register the function.
if [[ $funcstack[1] == _ip-masq-agent ]]; then
  _ip-masq-agent "$@"
else
  compdef _ip-masq-agent ip-masq-agent
fi
`;
}
