# What the messages promise: the reader's language, everywhere, and the caller's environment for the command.
# bats file_tags=once:user
load ../lib/helpers

english=$'Program started\nIn the container process!'
chinese=$'程序开始\n在容器进程中!'

# No variable speaks of a language before a test sets one, and no locale but C.UTF-8 exists, whatever this machine has.
setup() {
	unset NSLABS_LANG LANGUAGE LC_ALL LC_MESSAGES LANG
	tree=$BATS_TEST_TMPDIR/tree # a copy, where a test changes something
	mkdir "$BATS_TEST_TMPDIR/locales"
	cp -r /usr/lib/locale/C.utf8 "$BATS_TEST_TMPDIR/locales"
	export LOCPATH=$BATS_TEST_TMPDIR/locales
}

# assert_speaks MESSAGES [VARIABLE=VALUE]...: what a program says in this environment.
assert_speaks() {
	run -0 --separate-stderr env "${@:2}" build/skeleton true
	assert_output ''
	[[ $stderr == "$1" ]] || fail "with ${*:2} it says: $stderr"
}

@test "messages: each variable chooses Chinese, though no Chinese locale exists" {
	run -0 locale -a
	refute_output --partial zh
	assert_speaks "$english"
	for variable in NSLABS_LANG LANGUAGE LC_ALL LC_MESSAGES LANG; do
		assert_speaks "$chinese" $variable=zh_CN
		assert_speaks "$chinese" $variable=zh_CN.UTF-8
	done
}

@test "messages: the first variable that is set, and not empty, decides" {
	variables=(NSLABS_LANG LANGUAGE LC_ALL LC_MESSAGES LANG)
	for first in 0 1 2 3; do
		for ((second = first + 1; second < 5; second++)); do
			assert_speaks "$chinese" "${variables[first]}=zh_CN" "${variables[second]}=en_GB.UTF-8"
			assert_speaks "$english" "${variables[first]}=en" "${variables[second]}=zh_CN.UTF-8"
			assert_speaks "$chinese" "${variables[first]}=" "${variables[second]}=zh_CN.UTF-8"
		done
	done
}

@test "messages: every way to name Chinese is understood" {
	for value in zh zh_CN zh-CN zh_SG zh_Hans_CN zh.UTF-8 zh_CN.utf8 zh_CN.UTF-8 zh_CN.UTF-8@pinyin zh_CN:en xx:zh_CN; do
		assert_speaks "$chinese" "NSLABS_LANG=$value"
		assert_speaks "$chinese" "LANGUAGE=$value"
	done
}

@test "messages: English, a language without a catalogue, and an encoding other than UTF-8 give English" {
	for value in en en_US.UTF-8 en:zh_CN C C.UTF-8 POSIX xx xx_YY.UTF-8 nonsense ../.. zh_CN.GBK zh_CN.GB18030; do
		assert_speaks "$english" "NSLABS_LANG=$value"
		assert_speaks "$english" "LANG=$value"
	done
}

@test "messages: a program of a student's tree speaks the tree's language, unless NSLABS_LANG is set" {
	mkdir -p "$tree"/{build,.starter}
	cp -r build/{skeleton,locale} "$tree/build"
	printf '%s\n' 'labs skeleton,language' 'language zh_CN' 'audience self' >"$tree/.starter/choices"
	cd "$tree"
	assert_speaks "$chinese"
	assert_speaks "$chinese" LANG=en_US.UTF-8 LANGUAGE=en NSLABS_LANG=
	assert_speaks "$english" NSLABS_LANG=en LANG=zh_CN.UTF-8
	# From anywhere, by any path.
	mkdir elsewhere
	ln -s ../build/skeleton elsewhere/link
	cd elsewhere
	run -0 --separate-stderr ./link true
	assert_equal "$stderr" "$chinese"
	# As for scripts, a tree in English leaves it to the other variables.
	sed -i 's/zh_CN/en/' "$tree/.starter/choices"
	run -0 --separate-stderr ./link true
	assert_equal "$stderr" "$english"
	LANG=zh_CN.UTF-8 run -0 --separate-stderr ./link true
	assert_equal "$stderr" "$chinese"
	# What can't be read, or is cut, is no error.
	for text in '' 'language' 'language ' "language $(printf 'x%.0s' {1..400})" $'\xff\xfe'; do
		printf '%s' "$text" >"$tree/.starter/choices"
		run -0 --separate-stderr ./link true
		assert_equal "$stderr" "$english"
	done
}

@test "messages: every lab says them" {
	for lab in $(labs_where makes_container); do
		read -ra command <<<"$(command_here "$lab")"
		run -0 env NSLABS_LANG=zh_CN "${command[@]}" true
		assert_line 程序开始
		assert_line 在容器进程中!
		refute_line --partial container
	done
}

@test "messages: the catalogue is found from any directory" {
	top=$PWD
	cd /
	run -0 env NSLABS_LANG=zh_CN "$top/build/skeleton" true
	assert_output "$chinese"
}

# The sanitizers themselves read /proc.
# bats test_tags=no-asan
@test "messages: without /proc, the catalogue is found by the path that the program was started by" {
	for path in build/skeleton "$PWD/build/skeleton"; do
		run -0 --separate-stderr unshare --map-root-user --mount sh -c '
			mount -t tmpfs none /proc && NSLABS_LANG=zh_CN exec "$0" true' "$path"
		assert_equal "$(without_asan_warning "$stderr")" "$chinese"
	done
}

# A cause is found by the step's object, which a translation may put elsewhere.
@test "messages: the cause doesn't depend on the language" {
	sleep 100 3>&- &
	run -125 --separate-stderr env NSLABS_LANG=zh_CN unshare --user build/inspect "$!"
	kill "$!"
	[[ $stderr == *$'\n该进程在你所处的用户命名空间之外：请到外面查看' ]]
}

@test "messages: the command's environment is the caller's own" {
	for environment in NSLABS_LANG=zh_CN 'NSLABS_LANG=zh_CN LANGUAGE=fr:de' 'LANGUAGE=zh_CN LC_ALL=POSIX' \
		'LANG=zh_CN.UTF-8 LANGUAGE=' NSLABS_LANG=en; do
		read -ra variables <<<"$environment"
		run -0 --separate-stderr env -i "${variables[@]}" build/skeleton /usr/bin/env
		assert_equal "$output" "$(env -i "${variables[@]}" /usr/bin/env)"
	done
}

@test "messages: no line of any --help is left in English" {
	for lab in "${labs[@]}"; do
		run -0 env NSLABS_LANG=zh_CN "build/$lab" --help
		assert_line --index 0 --regexp '^用法：'
		run comm -12 <(build/"$lab" --help | grep . | sort) <(grep . <<<"$output" | sort)
		assert_output ''
	done
}

@test "messages: each script but that of the developers says in Chinese what it does" {
	for script in scripts/*; do
		[[ -f $script && $script != scripts/test ]] || continue
		NSLABS_LANG=zh_CN run -0 "$script" --help
		assert_line --index 0 --regexp "^${script#scripts/}：.*。\$"
	done
}

@test "messages: an error and its cause are in Chinese" {
	export NSLABS_LANG=zh_CN
	run -125 --separate-stderr build/inspect 4194304
	assert_output ''
	assert_regex "${stderr_lines[0]}" '^inspect: 读取进程 4194304 的命名空间: .'
	# shellcheck disable=SC2016 # no substitution
	assert_equal "${stderr_lines[1]}" '没有进程使用这个 PID：可用 `ps -e` 列出所有进程'

	run -127 --separate-stderr env PATH=/usr/bin build/skeleton nslabs-no-such-command
	assert_regex "${stderr_lines[2]}" '^skeleton: 运行 nslabs-no-such-command: .'

	run -125 --separate-stderr build/nest --depth 0
	assert_equal "${stderr_lines[0]}" 'nest: --depth 必须是 1 到 1000 之间的数字，而不是“0”'
	assert_equal "${stderr_lines[1]}" '用法：nest [OPTION]... [--] [COMMAND [ARG]...]'
}

@test "messages: the C library's words for an error are in Chinese where it has a catalogue" {
	mkdir -p "$BATS_TEST_TMPDIR/share/zh_CN/LC_MESSAGES"
	msgfmt --output-file="$BATS_TEST_TMPDIR/share/zh_CN/LC_MESSAGES/libc.mo" - <<-'END'
		msgid ""
		msgstr "Content-Type: text/plain; charset=UTF-8\n"
		msgid "No such file or directory"
		msgstr "没有那个文件或目录"
	END
	# shellcheck disable=SC2016 # for the inner shell
	run -125 env NSLABS_LANG=zh_CN unshare --map-root-user --mount sh -c '
		mount --bind "$1" /usr/share/locale && exec build/inspect 4194304' sh "$BATS_TEST_TMPDIR/share"
	assert_line 'inspect: 读取进程 4194304 的命名空间: 没有那个文件或目录'
}

# bats test_tags=long
@test "messages: each catalogue is complete and up to date with the sources" {
	copy_sources "$tree"
	run -0 "$tree/scripts/dev/messages"
	run -0 diff -ru common/po "$tree/common/po"
	for catalogue in common/po/*.po; do
		run -0 msgattrib --untranslated "$catalogue"
		assert_output ''
		run -0 msgattrib --only-fuzzy "$catalogue"
		assert_output ''
		run -0 msgfmt --check --output-file=/dev/null "$catalogue"
		assert_output '' # not even a warning
	done
}

# bats test_tags=long
@test "messages: scripts/dev/messages adds a new message, marks a changed one and removes a lost one" {
	copy_sources "$tree"
	cd "$tree"
	sed -i 's/"Program started"/"A wholly new text"/' labs/*/*.c
	sed -i 's/"a hostname has at most 64 bytes"/"a hostname has no more than 64 bytes"/' common/cause.c
	run -0 scripts/dev/messages
	assert_output 'common/po/zh_CN.po: '"$(msgfmt --statistics --output-file=/dev/null common/po/zh_CN.po 2>&1)"
	run -0 msgattrib --untranslated common/po/zh_CN.po
	assert_line 'msgid "A wholly new text"'
	run -0 msgattrib --only-fuzzy common/po/zh_CN.po
	assert_line 'msgid "a hostname has no more than 64 bytes"'
	run -1 grep 'Program started' common/po/zh_CN.po
}

@test "messages: a translation whose directives don't fit its message can't be built" {
	copy_sources "$tree"
	sed -i 's/^msgstr "容器在主机上的 PID：%d"/msgstr "容器在主机上的 PID：%s"/' "$tree/common/po/zh_CN.po"
	run -1 diff -q common/po "$tree/common/po"
	run -1 msgfmt --check --output-file=/dev/null "$tree/common/po/zh_CN.po"
	assert_output --partial 'are not the same'
	# The advice of cause.c as well, which xgettext can't know for a format by its use.
	cp common/po/zh_CN.po "$tree/common/po"
	sed -i 's/^msgstr "主机名最长 64 字节"/msgstr "主机名最长 %d 字节"/' "$tree/common/po/zh_CN.po"
	run -1 msgfmt --check --output-file=/dev/null "$tree/common/po/zh_CN.po"
}

@test "messages: scripts/dev/messages takes no operand" {
	run -2 --separate-stderr scripts/dev/messages fr
	assert_equal "$stderr" 'usage: scripts/dev/messages'
}
