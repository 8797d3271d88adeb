# Completion of mlbroute for bash. In ~/.bashrc: source <(mlbroute completion bash)
# shellcheck shell=bash

_mlbroute() {
  # bash cuts words at : and = as well: they are put together again, as far as the cursor.
  local line=${COMP_LINE:0:COMP_POINT} rest piece i
  local -a typed=() answer=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    rest=${line#"${line%%[![:space:]]*}"}
    piece=${rest:0:${#COMP_WORDS[i]}}
    if ((i == 0)) || [[ $rest != "$line" ]]; then
      typed+=("$piece")
    else
      typed[${#typed[@]} - 1]+=$piece
    fi
    line=${rest:${#piece}}
  done
  local current=${typed[${#typed[@]} - 1]}
  mapfile -t answer < <("${typed[0]}" __complete "${typed[@]:1}" 2>/dev/null)
  # It replaces what follows the last cut only.
  local cut=${current%"${current##*[:=]}"}
  [[ $COMP_WORDBREAKS == *:* ]] || cut=${current%"${current##*=}"}
  COMPREPLY=()
  if [[ ${answer[0]} == files ]]; then
    local mark=''
    piece=${current#"$cut"}
    [[ $piece != @* ]] || mark=@ piece=${piece#@}
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -P "$mark" -f -- "$piece")
    return
  fi
  local word
  for word in "${answer[@]:1}"; do
    word=${word%%$'\t'*}
    [[ $word != "$current"* ]] || COMPREPLY+=("${word#"$cut"}")
  done
}

complete -F _mlbroute mlbroute
