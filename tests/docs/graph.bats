# scripts/nsgraph: the graph of what runs now.
load ../lib/helpers

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR # other tests look for what is left behind in the usual one
	graph=$BATS_TEST_TMPDIR/graph.svg
	# shellcheck disable=SC2034 # start_container's
	read -ra program < <(scripts/lib/program uts)
}

# boxes: print each box of the graph as a line: its id, and its texts, with | between them. It must be well-formed XML.
boxes() {
	/usr/bin/python3 -c '
import sys, xml.etree.ElementTree as tree
svg = "{http://www.w3.org/2000/svg}"
for box in tree.parse(sys.argv[1]).iter(svg + "g"):
    if box.get("class") == "node":
        print("|".join([box.get("id"), *(text.text for text in box.iter(svg + "text"))]))
' "$graph"
}

@test "graph: a container is in it, with its PID and its namespace; what it shares is the host's" {
	start_container one
	run -0 --separate-stderr scripts/nsgraph -o "$graph"
	assert_output "$graph"
	uts=$(namespace "${container_pid[one]}" uts)
	own=$(namespace self uts)
	run -0 boxes
	container=$(grep -F "|PID ${container_pid[one]}: bash|" <<<"$output")
	assert_regex "$container" "\|uts $uts: its own\|"
	if [[ $EUID -eq 0 ]]; then
		assert_regex "$container" '\|of the host: cgroup, ipc, mnt, net, pid, time, user$'
	fi
	assert_equal "$(grep -cF "uts $uts" <<<"$output")" 1
	host=$(grep '|the host|' <<<"$output")
	assert_regex "$host" "\|uts $own($|\|)"
	refute_regex "$host" ': its own'
	stop_container one
}

@test "graph: an arrow leads from the box of the parent to that of the child" {
	start_container one
	run -0 scripts/nsgraph -o "$graph"
	run -0 boxes
	child=$(grep -F "|PID ${container_pid[one]}: " <<<"$output")
	parent=$(grep -F "|PID $(parent_of "${container_pid[one]}"): " <<<"$output" || grep '|the host|' <<<"$output")
	grep -F "<title>$(cut -d'|' -f1 <<<"$parent" | tr -dc 0-9)&#45;&gt;$(cut -d'|' -f1 <<<"$child" | tr -dc 0-9)</title>" "$graph"
	stop_container one
}

@test "graph: another process in the namespace is shown beside the first, or as in that one's" {
	start_container one
	ask one 'sleep 1000 & unshare --ipc sleep 1000 & until [[ $(pgrep -c -P $$ -x sleep) == 2 ]]; do sleep 0.02; done'
	run -0 scripts/nsgraph -o "$graph"
	run -0 boxes
	uts=$(namespace "${container_pid[one]}" uts)
	container=$(grep -E "\|PID ${container_pid[one]}: bash\|" <<<"$output")
	assert_regex "$container" '\|PID [0-9]+: sleep\|'
	other=$(grep "|uts $uts: " <<<"$output" | grep -vF "$container")
	assert_regex "$other" '^pid-[0-9]+\|PID [0-9]+: sleep\|ipc [0-9]+: its own\|'
	# The namespace is that of the lowest PID, the other one's where the PIDs have begun anew.
	{ read -r first && read -r second; } < <(printf '%s\n' "$container" "$other" | sort -n -t - -k 2)
	assert_regex "$first" "\|uts $uts: its own($|\|)"
	lowest=${first%%|*}
	assert_regex "$second" "\|uts $uts: that of PID ${lowest#pid-}($|\|)"
	ask one 'kill %1 %2'
	stop_container one
}

# bats test_tags=long
@test "graph: whatever a process calls itself, the graph is well-formed and shows the name" {
	start_container one
	while IFS='|' read -r name shown; do
		ask one "printf -- '$name' >/proc/self/comm"
		run -0 scripts/nsgraph -o "$graph"
		run -0 boxes
		assert_line --partial "|PID ${container_pid[one]}: $shown|"
	done <<-'END'
		"<b>&amp;"|"<b>&amp;"
		\047]]>\\N\\"|']]>\N\"
		a\\\\\\\\b\\|a\\\\b\
		</text><a>|</text><a>
		tab\tesc\033[1m|tab?esc?[1m
		容器|容器
		--> {} $x `id`|--> {} $x `id`
	END
	# printf would write each line by itself.
	ln -s /bin/sleep "$BATS_TEST_TMPDIR"/$'two\nlines'
	ask one "'$BATS_TEST_TMPDIR'/two\$'\\n'lines 1000 & until pgrep -P \$\$ two; do sleep 0.02; done >/dev/null"
	ask one "printf 'bad\\377utf' >/proc/self/comm"
	run -0 scripts/nsgraph -o "$graph"
	run -0 boxes
	assert_line --regexp "\|PID ${container_pid[one]}: bad.+utf\|"
	assert_line --regexp '\|PID [0-9]+: two\?lines\|'
	ask one 'kill %1'
	stop_container one
}

@test "graph: whatever the host calls itself, the graph is well-formed and shows the name" {
	name=$'a<b>&"\\N\n\001c'
	run -0 "${program[@]}" --hostname "$name" scripts/nsgraph -o "$graph"
	run -0 boxes
	grep -F 'Namespaces of a&lt;b&gt;&amp;&quot;\N??c.' "$graph"
}

@test "graph: where there are many processes, the first are shown and the rest are counted" {
	start_container one
	ask one 'for i in {1..12}; do sleep 1000 & done; until [[ $(pgrep -c -P $$ -x sleep) == 12 ]]; do sleep 0.02; done'
	run -0 scripts/nsgraph -o "$graph"
	run -0 boxes
	assert_line --regexp "\|(PID [0-9]+: (bash|sleep)\|){10}and 3 more\|(.*\|)?uts $(namespace "${container_pid[one]}" uts): its own"
	ask one 'kill $(jobs -p)'
	stop_container one
}

@test "graph: an ordinary user is told how many processes aren't shown" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	# PID 1 of this stage is root's.
	TMPDIR=/dev/shm run -0 --separate-stderr scripts/stage "${without_rights[@]}" \
		sh -c 'scripts/nsgraph -o /dev/shm/graph.svg && cat /dev/shm/graph.svg'
	assert_line --index 0 /dev/shm/graph.svg
	assert_regex "$stderr" '^nsgraph: not shown: processes that you may not look into: [1-9][0-9]*; root sees more$'
	assert_output --regexp 'Not shown: processes that the caller may not look into: [1-9]'
	tail -n +2 <<<"$output" >"$graph"
	run -0 boxes
	refute_output --partial 'PID 1: '
	assert_output --regexp '^pid-[0-9]+\|the host\|.*PID [0-9]+: '
}

@test "make graph: writes build/graph.svg, or OUT" {
	run -0 --separate-stderr make --silent graph
	assert_output build/graph.svg
	graph=build/graph.svg
	run -0 boxes
	run -0 --separate-stderr make --silent graph OUT="$BATS_TEST_TMPDIR/with space.svg"
	graph="$BATS_TEST_TMPDIR/with space.svg"
	# An earlier one, which the caller may not write to, such as one that was made by sudo.
	: >"$graph"
	chmod 444 "$graph"
	run -0 make --silent graph OUT="$graph"
	run -0 boxes
	assert_line --partial 'the host'
}

@test "graph: -o is relative to where the caller is" {
	top=$PWD
	cd "$BATS_TEST_TMPDIR"
	run -0 --separate-stderr "$top/scripts/nsgraph" -o here.svg
	[[ -s here.svg ]]
}

# bats test_tags=long
@test "graph: usage errors, missing tools and a file that can't be written are one line, and leave nothing behind" {
	for arguments in -x 'a' '-o' '-o a b'; do
		# shellcheck disable=SC2086 # several words
		run -2 --separate-stderr scripts/nsgraph $arguments
		assert_output ''
		assert_equal "$stderr" 'usage: scripts/nsgraph [-o FILE]'
	done
	for file in /nosuch/graph.svg "$BATS_TEST_TMPDIR"; do
		run -1 --separate-stderr scripts/nsgraph -o "$file"
		assert_output ''
		assert_equal "${#stderr_lines[@]}" 1
		assert_regex "$stderr" "^nsgraph: cannot .*$file"
	done
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s /usr/bin/* "$BATS_TEST_TMPDIR/bin"
	rm "$BATS_TEST_TMPDIR/bin/dot"
	PATH=$BATS_TEST_TMPDIR/bin run -1 scripts/nsgraph -o "$graph"
	assert_output "nsgraph: dot isn't installed: run scripts/setup --dev"
	[[ ! -e $graph && -z $(find "$TMPDIR" -name 'nslabs*') ]]
}
