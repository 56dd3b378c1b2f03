#compdef passerelle
# Completion of passerelle for zsh. Made by: passerelle completion zsh
_passerelle() {
  emulate -L zsh -o extendedglob
  local program=${(Q)words[1]} answer kind stem
  local -a answers values shown
  [[ $program == '~/'* ]] && program=$HOME/${program#'~/'}
  answers=("${(@f)$(_PASSERELLE_COMPLETE=zsh $program "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  kind=${answers[1]:-none} stem=${answers[2]}
  for answer in "${(@)answers[3,-1]}"; do
    values+=("${answer%%$'\t'*}")
    shown+=("${answer/$'\t'/  -- }")
  done
  if (( $#values )); then
    local -a more=()
    [[ $kind == open ]] && more=(-S '')
    compadd -U -l -V passerelle "${more[@]}" -d shown -a values
  fi
  [[ -n $stem ]] && compset -P '*='
  case $kind in
    folders) _files -/ ;;
    files) _files ;;
    files\ *) _files -g "(#i)*.(${(j:|:)${(s: :)kind#files }})(-.)" ;;
  esac
}
if [[ $funcstack[1] == _passerelle ]]; then
  _passerelle "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _passerelle passerelle
fi
