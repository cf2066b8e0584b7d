"""The scripts that shells load. Each hands what is typed to `finops __complete`, and shows what comes back.

Its answer is what kubectl's plugins answer, too: a line for each word, with a tab before its help, and a last line that
is `:0` where files are meant as well, else `:4`.
"""

_BASH = r"""# bash completion of finops. To install it for yourself:
#   mkdir -p ~/.local/share/bash-completion/completions
#   finops completion bash > ~/.local/share/bash-completion/completions/finops
# or, without the package bash-completion, put this line into ~/.bashrc:
#   source <(finops completion bash)
_finops_complete() {
    local current=${COMP_WORDS[COMP_CWORD]} line
    [ "$current" = "=" ] && current=""
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :0)
                while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
                compopt -o filenames 2>/dev/null
                ;;
            :4 | "") ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <(finops __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _finops_complete finops
"""

_ZSH = r"""#compdef finops
# zsh completion of finops. To install it for yourself:
#   mkdir -p ~/.zfunc && finops completion zsh > ~/.zfunc/_finops
# and see that ~/.zshrc has these lines, in this order:
#   fpath=(~/.zfunc $fpath)
#   autoload -Uz compinit && compinit
_finops() {
    local line files=0
    local -a described
    while IFS= read -r line; do
        case $line in
            :0) files=1 ;;
            :4 | "") ;;
            *$'\t'*) described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
            *) described+=("${line//:/\\:}") ;;
        esac
    done < <(finops __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)
    (( ${#described} )) && _describe -V finops described
    (( files )) && _files
    return 0
}
if [ "$funcstack[1]" = "_finops" ]; then
    _finops "$@"
else
    compdef _finops finops
fi
"""

_FISH = r"""# fish completion of finops. To install it for yourself:
#   finops completion fish > ~/.config/fish/completions/finops.fish
function __finops_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    for line in (finops __complete $words "$current" 2>/dev/null)
        switch $line
            case ':0'
                __fish_complete_path "$current"
            case ':4'
            case '*'
                echo $line
        end
    end
end
complete -c finops -f -k -a '(__finops_complete)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
