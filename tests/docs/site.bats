# The site, the recordings and the diagrams. What is in the pages is looked at in a browser, by tests/docs/site-*.mjs.
# bats file_tags=long,site
load ../lib/helpers

setup_file() {
	local tool
	for tool in npm dot asciinema expect chromium; do
		# As an ordinary user; for root, what is missing is a failure.
		[[ $EUID -eq 0 ]] || command -v "$tool" >/dev/null || skip "needs root"
	done
	make --silent docs/node_modules/.package-lock.json >&2
}

# text_of RECORDING: what it shows, without colours.
text_of() {
	/usr/bin/python3 -c '
import json, re, sys
lines = open(sys.argv[1]).read().splitlines()
print(re.sub(r"\x1b\[[0-9;]*m", "", "".join(json.loads(line)[2] for line in lines[1:])).replace("\r", ""))' "$1"
}

@test "make docs: builds the site from clean, in less than a minute of computing" {
	rm -rf build/site build/vitepress
	run -0 env NSLABS_SITE=http://nslabs.test NSLABS_REPOSITORY=https://code.example/nslabs time --format='%U %S' --output="$BATS_TEST_TMPDIR/time" make docs
	[[ -f build/site/labs/uts.html && -f build/site/zh/labs/uts.html ]]
	run -0 grep --count 'hreflang="zh-CN" href="http://nslabs.test/zh/labs/uts.html"' build/site/sitemap.xml
	run -0 file --brief build/site/social.png build/site/social.zh-CN.png
	assert_output --partial 'PNG image data, 1200 x 630'
	# A machine that does other things as well takes longer.
	awk '{exit !($1 + $2 < 60)}' "$BATS_TEST_TMPDIR/time"
}

@test "make docs: a dead link fails it, and is named" {
	copy_sources "$BATS_TEST_TMPDIR/tree"
	ln -s "$PWD/docs/node_modules" "$BATS_TEST_TMPDIR/tree/docs" # so that nothing is fetched
	cd "$BATS_TEST_TMPDIR/tree"
	echo '[gone](../gone/gone.c)' >>labs/uts/README.md
	run make docs
	assert_failure
	assert_output --partial 'labs/uts/README.md: dead link: ../gone/gone.c'
}

@test "make docs: without addresses of its own, the site links no repository and names no address" {
	run -0 env -u NSLABS_SITE -u NSLABS_REPOSITORY node --input-type=module -e '
		const { base, sitemap, locales: { root } } = (await import("./docs/.vitepress/config.js")).default;
		console.log(base, sitemap, root.themeConfig.nav.length, root.themeConfig.editLink);'
	assert_output '/ undefined 0 undefined'
	run -0 env NSLABS_SITE=https://host.example/nslabs node --input-type=module -e '
		console.log((await import("./docs/.vitepress/config.js")).default.base);'
	assert_output '/nslabs/'
}

@test "the site's pages in a browser: tests/docs/site-pages.mjs and site-reader.mjs" {
	run -0 node --test --test-concurrency=2 --test-reporter=spec tests/docs/site-pages.mjs tests/docs/site-reader.mjs
}

@test "make slides: each session has a page and a PDF, with as many slides in Chinese as in English" {
	rm -rf build/slides
	run -0 make --silent slides
	assert_output ''
	for session in docs/slides/session-[1-4].md; do
		name=build/slides/$(basename "$session" .md)
		slides=$(grep --count --line-regexp -e --- "$session")
		for pdf in "$name.pdf" "$name.zh-CN.pdf"; do
			run -0 grep --text --only-matching --extended-regexp '/Type /Page$' "$pdf"
			((${#lines[@]} == slides + 1))
		done
		[[ -f $name.html && -f $name.zh-CN.html ]]
	done
}

@test "make docs-serve: says its address" {
	run -0 make --dry-run docs-serve
	coproc SERVER { cd docs && exec node node_modules/vitepress/bin/vitepress.js preview --port 0 2>&1 3>&-; }
	server=$SERVER_PID
	read -r -t 30 line <&"${SERVER[0]}"
	while [[ $line != *http* ]]; do
		read -r -t 30 line <&"${SERVER[0]}"
	done
	kill "$server"
	[[ $line =~ http://localhost:[0-9]+/ ]]
}

@test "diagrams: each is in step with its source" {
	copy_sources "$BATS_TEST_TMPDIR/tree"
	touch "$BATS_TEST_TMPDIR/tree/docs/diagram.css"
	run -0 make --silent -C "$BATS_TEST_TMPDIR/tree" diagrams
	for source in {labs/*,common}/show/*.dot docs/*.dot; do
		for diagram in "${source%.dot}"{,.zh-CN}.svg; do
			# Other fonts give other places, so numbers don't count.
			run -0 diff <(tr -d '0-9., -' <"$diagram") <(tr -d '0-9., -' <"$BATS_TEST_TMPDIR/tree/$diagram")
		done
	done
}

@test "the diagrams in a browser: tests/docs/diagrams.mjs" {
	run -0 node --test --test-reporter=spec tests/docs/diagrams.mjs
}

@test "recordings: each lab has one in each language, of 80 columns and as many lines as are used" {
	for lab in "${labs[@]}"; do
		for language in en zh_CN; do
			recording=labs/$lab/show/recording.cast
			[[ $language == en ]] || recording=labs/$lab/show/recording.zh-CN.cast
			run -0 head -n 1 "$recording"
			[[ $output =~ '"width": 80, "height": '([0-9]+), ]]
			height=${BASH_REMATCH[1]}
			run -0 text_of "$recording"
			# At most a few lines more than those with a text: empty ones, and the rest of broken ones.
			((height <= 24 && height <= ${#lines[@]} + 5))
			while read -r line; do
				run -0 grep --fixed-strings --line-regexp --regexp="host\$ $line" --regexp="container# $line" \
					<(text_of "$recording")
			done < <(NSLABS_LANG=$language scripts/lib/translate <"labs/$lab/show/recording.typed")
			# The recorder isn't in sight.
			run -1 grep -E 'asciinema|expect|nslabs-record' <(text_of "$recording")
		done
	done
}

@test "record: makes a new recording, which shows the effect" {
	record=$PWD/scripts/dev/record
	cd "$BATS_TEST_TMPDIR"
	run -0 "$record" --fast uts cast # from where the caller is
	cd "$OLDPWD"
	run -0 text_of "$BATS_TEST_TMPDIR/cast"
	assert_line --index 2 'host'
	assert_line 'Program started'
	assert_line 'container'
	assert_line 'changed'
	assert_line --index -2 'host'
}

@test "draw-tour: makes a picture of each step, in the reader's language" {
	draw=$PWD/scripts/dev/draw-tour
	cd "$BATS_TEST_TMPDIR"
	NSLABS_LANG=zh_CN run -0 "$draw" svg
	run -0 cat svg
	for ((step = 1; step <= ${#labs[@]} + 2; step++)); do
		assert_line --regexp "<text [^>]*class=\"title\">$step\. "
	done
	assert_line --partial ">看到的效果：$((step - 1))/$((step - 1))<"
	run -2 "$draw" one two
}

@test "record: without a lab, or with an unknown one, it lists what there is" {
	for lab in '' nosuch; do
		run -2 scripts/dev/record $lab
		assert_output 'usage: scripts/dev/record [--fast] [--chinese] LAB [FILE]; there are: '"${labs[*]}"
	done
}
