# completion.bash: complete, in Bash, the verbs of make in a tree of nslabs, and the options of the programs.
#
# usage: . scripts/lib/completion.bash
#
# From then on, `make ru<Tab>`, `make run LAB=<Tab>` and `build/uts --host<Tab>` work in that shell. In any other
# directory make is completed as before. `make install` installs this file for bash-completion, which then reads it by
# itself for the installed programs, nslabs-uts and so on; make is left as it was by that.

# Print the Makefile that make reads in this directory, if it is that of a tree of nslabs or of a lab in one.
_nslabs_makefile() {
	local file line
	for file in Makefile ../../Makefile; do
		[[ -r Makefile && -r $file ]] && read -r line <"$file" && [[ $line == '# nslabs:'* ]] && echo "$file" && return
	done
	return 1
}

_nslabs_make() {
	local makefile word=${COMP_WORDS[COMP_CWORD]} variable=${COMP_WORDS[COMP_CWORD - 1]} prefix=

	# Options are make's own; with -C or -f, it reads another Makefile.
	if [[ $word == -* || " ${COMP_WORDS[*]:1:COMP_CWORD-1}" == *' -'[Cf]* ]] || ! makefile=$(_nslabs_makefile); then
		if [[ $_nslabs_others_make ]]; then
			"$_nslabs_others_make" "$@"
		else
			compopt -o bashdefault -o default
		fi
		return
	fi

	# LAB=u is three words here, since = breaks words in COMP_WORDBREAKS; or one, where it doesn't.
	if [[ $variable == = ]]; then
		variable=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $word == = ]]; then
		word=
	elif [[ $word == *=* ]]; then
		variable=${word%%=*} prefix=$variable= word=${word#*=}
	else
		variable=
	fi
	local words
	case $variable in
	LAB) words=$(sed -n 's/^LABS := //p' "$makefile") ;;
	VARIANT) words=asan ;;
	'') words="$(sed -nE 's/^([a-z-]+):.*## .*/\1/p' "$makefile" "${makefile%Makefile}scripts/dev/dev.mk" 2>/dev/null) LAB=" ;;
	*) compopt -o default && return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$words" -- "$word")
	[[ ${COMPREPLY[*]} != LAB= ]] || compopt -o nospace
}

_nslabs_program() {
	local word=${COMP_WORDS[COMP_CWORD]} help index options=true

	# Find the first word that is no option: it begins the command.
	help=$("${1/#\~/$HOME}" --help 2>/dev/null | grep '^  -')
	for ((index = 1; index < COMP_CWORD; index++)); do
		case ${COMP_WORDS[index]} in
		--) options=false && ((index++)) && break ;;
		--*=*) ;;
		-*)
			# Its value is the next word, or the one after a =.
			if [[ $help == *"  ${COMP_WORDS[index]} "[A-Z]* ]]; then
				[[ ${COMP_WORDS[index + 1]} != = ]] || ((index++))
				((index++))
			fi
			;;
		*) break ;;
		esac
	done

	if ((index > COMP_CWORD)); then
		return # the value of an option is anybody's guess
	elif $options && [[ $index -eq $COMP_CWORD && $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(grep -oE '^  -[^:]*' <<<"$help" | grep -oE -- '--?[a-zA-Z]+')" -- "$word")
	elif [[ $1 == *inspect ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(cd /proc && echo [1-9]*)" -- "$word")
	elif [[ $index -eq $COMP_CWORD ]]; then
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
	elif declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset "$index" # of bash-completion 2.12 and later
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$index"
	else
		compopt -o default
	fi
}

# In the tree, complete its programs and make; as it is installed, under the name of one program, that one.
if [[ ! -e $(dirname "${BASH_SOURCE[0]}")/../../common/lab.mk ]]; then
	complete -F _nslabs_program "${BASH_SOURCE[0]##*/}"
else
	for _nslabs_name in $(sed -n 's/^LABS := //p' "$(dirname "${BASH_SOURCE[0]}")/../../Makefile"); do
		complete -F _nslabs_program {nslabs-,build/,./build/}"$_nslabs_name"
	done
	unset _nslabs_name
	# bash-completion loads what it has for make at the first use; that would replace ours.
	for _nslabs_loader in _comp_load _completion_loader; do
		complete -p make &>/dev/null || ! declare -F "$_nslabs_loader" >/dev/null || "$_nslabs_loader" make
	done
	unset _nslabs_loader
	if [[ $(complete -p make 2>/dev/null) =~ \ -F\ ([^ ]+) && ${BASH_REMATCH[1]} != _nslabs_make ]]; then
		_nslabs_others_make=${BASH_REMATCH[1]}
	fi
	complete -F _nslabs_make make
fi
