# The class's page in a browser: what is in it is looked at by index.mjs.
# bats file_tags=long,site
load ../lib/helpers
load stub

setup_file() {
	local tool
	for tool in npm chromium; do
		# As an ordinary user; for root, what is missing is a failure.
		[[ $EUID -eq 0 ]] || command -v "$tool" >/dev/null || skip "needs root"
	done
	make --silent docs/node_modules/.package-lock.json >&2
	make --no-print-directory --silent all
}

setup() {
	make_class
	use_stub
}

# make_hostile_class: with names that a browser, a terminal or a spreadsheet might obey.
make_hostile_class() {
	local name
	for name in s2 s10 s9 s3 mark; do
		hand_in "$name/uts.c" "$([[ $name == s9 ]] && echo fail || echo pass)"
	done
	hand_in s3/uts.c blocked
	hand_in s10/ipc.c fail
	hand_in rtl/ipc.c
	hand_in mark/ipc.c 'pass remarks x <script>window.hit = 1</script><img src=http://x.invalid/>'
	hand_in '"><img src=x onerror=hit>/uts.c'
	printf '## uts\n\n<script>window.hit = 1</script>\n' >"$class/mark/ANSWERS.md"
	cat >"$class/roster.csv" <<-END
		id,name,entry
		s2,<script>window.hit = 1</script>,
		s10,"Lovelace, Ada",
		s9,مريم,
		s3,$(printf '\u202e')cod.exe,
		rtl,$(printf '\033[2J bell \007'),
		mark,=1+1,
		"""onmouseover=hit",<i>nobody</i>,
	END
	# As words, 2.25 would come after 2.5.
	printf '[points]\nuts = 2.5\nipc = 2.25\n"uts.answers" = 5\n"uts.remarks" = 1\n' >"$class/course.toml"
}

@test "index: the class's page in a browser, in both languages: tests/grade/index.mjs" {
	make_hostile_class
	for language in en zh_CN; do
		run -0 env NSLABS_LANG="$language" "$grade" "$class" --labs uts,ipc
		OUT=$class-grades LANGUAGE=${language/zh_CN/zh-CN} run node --test --test-reporter=spec tests/grade/index.mjs
		assert_success
	done
}
