# A terminal to type at: tmux(1). `load ../lib/terminal` after helpers; close_terminals belongs into teardown.

# in_tmux ARGUMENT...: on a server of the test's own.
in_tmux() {
	tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null "$@" 3>&-
}

# open_terminal COLUMNS LINES COMMAND: a window in which a command runs. What is below is about it, until another is
# opened or its number from before is put into `terminal` again; `terminals` lists them.
terminal='' terminals=()
open_terminal() {
	local new=(new-window)
	in_tmux has-session 2>/dev/null || new=(new-session -x "$1" -y "$2")
	terminal=$(in_tmux "${new[@]}" -d -P -F '#{pane_id}' "$3")
	terminals+=("$terminal")
}

# shell_at_terminal PROMPT [VARIABLE=VALUE]...: print the command of a shell for open_terminal.
shell_at_terminal() {
	printf "exec env HOME='%s' PS1='%s' SHELL=/bin/bash %s bash --norc --noprofile" "$BATS_TEST_TMPDIR" "$1" "${*:2}"
}

# press KEY...: as tmux names them.
press() {
	in_tmux send-keys -t "$terminal" "$@"
}

# type_line TEXT
type_line() {
	press -l "$1"
	press Enter
}

# screen: print what is on it; screen -S - begins with what has scrolled off it.
screen() {
	in_tmux capture-pane -p -t "$terminal" "$@" | grep -v '^$'
}

# wait_for REGEX [COUNT]: wait until so many lines at the terminal fit, of all that has been there.
wait_for() {
	local deadline=$((SECONDS + 20)) seen
	while true; do
		seen=$(screen -S - || true)
		[[ $(grep -cE "$1" <<<"$seen") -lt ${2:-1} ]] || return 0
		((SECONDS <= deadline)) || fail "no '$1' ${2:-} at the terminal: $seen"
		sleep 0.05
	done
}

close_terminals() {
	in_tmux kill-server 2>/dev/null || true
}
