# Completion of passerelle for fish. Made by: passerelle completion fish
function __passerelle_complete
    set -l words (commandline -opc)
    set -l token (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l answers (_PASSERELLE_COMPLETE=fish $program $words[2..-1] "$token" 2>/dev/null)
    set -l kind $answers[1]
    set -l stem $answers[2]
    test (count $answers) -gt 2
    and string join \n -- $answers[3..-1]
    switch "$kind"
        case folders 'files*'
            set -l wanted '/$'
            test "$kind" = files
            and set wanted ''
            string match -q 'files *' -- $kind
            and set wanted '(/|\.('(string replace 'files ' '' -- $kind | string replace -a ' ' '|')'))$'
            set -l part (string replace -- "$stem" '' "$token")
            for file in (complete -C "'' $part" | string split -f 1 \t)
                string match -qri -- $wanted $file
                and echo -- "$stem$file"
            end
    end
end
complete -c passerelle -f -k -a '(__passerelle_complete)'
