# Completion of passerelle for bash. Made by: passerelle completion bash
_passerelle() {
    local program=$1 kind stem answer suffix before IFS=$' \t\n'
    local -a answers=()
    COMPREPLY=()
    case $program in \~/*) program=$HOME/${program#\~/} ;; esac
    while IFS= read -r answer; do answers+=("$answer"); done < <(
        _PASSERELLE_COMPLETE=bash "$program" "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null
    )
    kind=${answers[0]-none} stem=${answers[1]-}
    COMPREPLY=("${answers[@]:2}")
    case $kind in
    open) compopt -o nospace 2>/dev/null ;;
    folders | files*)
        before=$(shopt -p nocasematch)
        shopt -s nocasematch
        while IFS= read -r answer; do
            if [[ $kind == files || -d ${answer/#'~/'/"$HOME/"} ]]; then
                COMPREPLY+=("$answer")
            elif [[ $kind == files\ * ]]; then
                for suffix in ${kind#files }; do
                    [[ $answer == *."$suffix" ]] && COMPREPLY+=("$answer") && break
                done
            fi
        done < <(compgen -f -- "$stem")
        $before
        compopt -o filenames 2>/dev/null
        ;;
    esac
}
complete -F _passerelle passerelle
