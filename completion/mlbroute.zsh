#compdef mlbroute
# Completion of mlbroute for zsh. In ~/.zshrc, after compinit: source <(mlbroute completion zsh)

_mlbroute() {
  local -a answer values shown
  local entry
  answer=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  if [[ $answer[1] == files ]]; then
    compset -P '--[^=]#='
    compset -P '@'
    _files
    return
  fi
  for entry in "${(@)answer[2,-1]}"; do
    [[ -n $entry ]] || continue
    values+=("${entry%%$'\t'*}")
    [[ $entry != *$'\t'* ]] && shown+=("$entry") || shown+=("${entry%%$'\t'*}  -- ${entry#*$'\t'}")
  done
  (( $#values )) && compadd -l -d shown -a values
}

compdef _mlbroute mlbroute
