# SPDX-License-Identifier: GPL-2.0-only
#
# complete.zsh FOLDER WORD… - what zsh completes for the last word, with FOLDER/_ringway: one match a line. Completion
# works at a terminal only, so a second zsh gets one, types the words and a tab, and prints what would be added.
zmodload zsh/zpty || exit 1
folder=$1
shift
setup=$(mktemp)
trap 'rm -f $setup' EXIT
cat > $setup << 'END'
PROMPT= PS2=
autoload -Uz compinit
compinit -u -D
bindkey '^I' complete-word
compadd() {
	local -a hits
	builtin compadd -A hits "$@"
	(($#hits == 0)) || print -rl -- "match "$^hits
	builtin compadd "$@"
}
finish() { print -r -- match-end; }
comppostfuncs=(finish)
print ready
END
zpty shell "fpath=(${(q)folder} \$fpath) PATH=${(q)PATH} zsh -f -i"
zpty -w shell "fpath=(${(q)folder} \$fpath); source ${(q)setup}"
typeset -i tries=0
while zpty -r shell line && [[ $line != ready* ]] && ((tries++ < 50)); do :; done
zpty -n -w shell "$*"$'\t'
while zpty -r shell line; do
	line=${${line%$'\n'}%$'\r'}
	[[ $line != *match-end* ]] || { zpty -d shell; exit 0; }
	[[ $line != *'match '* ]] || print -r -- ${line##*match }
done
exit 1
