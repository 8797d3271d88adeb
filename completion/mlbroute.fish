# Completion of mlbroute for fish. To stay: mlbroute completion fish > ~/.config/fish/completions/mlbroute.fish

function __mlbroute_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l answer (command $typed[1] __complete $typed[2..-1] "$current" 2>/dev/null)
    if test "$answer[1]" = files
        set -l head (string match -r '^(?:--[^=]+=)?@?' -- "$current")
        set -l start (string length -- "$head")
        __fish_complete_path (string sub -s (math $start + 1) -- "$current") | string replace -r '^' -- "$head"
    else
        printf '%s\n' $answer[2..-1]
    end
end

complete -c mlbroute -f -a '(__mlbroute_complete)'
