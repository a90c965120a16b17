# completion.bash: complete, in Bash, the verbs of make in a tree of nslabs, and the options of the programs.
#
# usage: . scripts/lib/completion.bash
#
# From then on, `make ru<Tab>`, `make run LAB=<Tab>` and `build/uts --host<Tab>` work in that shell. In other directories
# make is completed as before. `make install` installs this file for bash-completion, which then loads it for the
# installed programs, nslabs-uts and so on, and leaves make alone.

# Print the Makefile at the top of the tree of nslabs whose top, or one of whose labs, is the current directory.
_nslabs_makefile() {
	local file line
	for file in Makefile ../../Makefile; do
		[[ -r Makefile && -r $file ]] && read -r line <"$file" && [[ $line == '# nslabs:'* ]] && echo "$file" && return
	done
	return 1
}

_nslabs_make() {
	local makefile word=${COMP_WORDS[COMP_CWORD]} variable=${COMP_WORDS[COMP_CWORD - 1]} prefix=

	# The options are those of make itself. With -C or -f, it reads another Makefile.
	if [[ $word == -* || " ${COMP_WORDS[*]:1:COMP_CWORD-1}" == *' -'[Cf]* ]] || ! makefile=$(_nslabs_makefile); then
		if [[ $_nslabs_others_make ]]; then
			"$_nslabs_others_make" "$@"
		else
			compopt -o bashdefault -o default
		fi
		return
	fi

	# LAB=u is three words here if COMP_WORDBREAKS has the =, and one word otherwise.
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

	# Find the first word that is no option: the command begins there.
	help=$("${1/#\~/$HOME}" --help 2>/dev/null | grep '^  -')
	for ((index = 1; index < COMP_CWORD; index++)); do
		case ${COMP_WORDS[index]} in
		--) options=false && ((index++)) && break ;;
		--*=*) ;;
		-*)
			# The option's value is the next word, or the word after a =.
			if [[ $help == *"  ${COMP_WORDS[index]} "[A-Z]* ]]; then
				[[ ${COMP_WORDS[index + 1]} != = ]] || ((index++))
				((index++))
			fi
			;;
		*) break ;;
		esac
	done

	if ((index > COMP_CWORD)); then
		return # nothing is known of an option's value
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

# Installed, this file has the name of the program that it completes. In the tree, complete all its programs, and make.
if [[ ! -e $(dirname "${BASH_SOURCE[0]}")/../../common/lab.mk ]]; then
	complete -F _nslabs_program "${BASH_SOURCE[0]##*/}"
else
	read -ra _nslabs_names < <(sed -n 's/^LABS := //p' "$(dirname "${BASH_SOURCE[0]}")/../../Makefile")
	for _nslabs_name in "${_nslabs_names[@]}"; do
		complete -F _nslabs_program {nslabs-,build/,./build/}"$_nslabs_name"
	done
	unset _nslabs_name _nslabs_names
	# bash-completion loads its own completion of make at the first use, which would replace ours.
	for _nslabs_loader in _comp_load _completion_loader; do
		complete -p make &>/dev/null || ! declare -F "$_nslabs_loader" >/dev/null || "$_nslabs_loader" make
	done
	unset _nslabs_loader
	if [[ $(complete -p make 2>/dev/null) =~ \ -F\ ([^ ]+) && ${BASH_REMATCH[1]} != _nslabs_make ]]; then
		_nslabs_others_make=${BASH_REMATCH[1]}
	fi
	complete -F _nslabs_make make
fi
