# Both languages say the same, in the words of the glossary, and no link is dead.
# bats file_tags=once:user
load ../lib/helpers

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/labs/uts" "$tree/docs"
	page=$tree/labs/uts/README
	printf '%s\n' '# Title' '- one' '' '| a | b |' '|---|---|' '| `x \| y` | [the page](#title) |' '```console' '$ true' '```' \
		'```sh' 'make   # to build' '```' >"$page.md"
	printf '%s\n' '# 标题' '- 一' '' '| 甲 | 乙 |' '|---|---|' '| `x \| y` | [本页](#标题) |' '```console' '$ true' '```' \
		'```sh' 'make   # 编译' '```' >"$page.zh-CN.md"
	printf '%s\n' '| English | Chinese | avoid | is |' '|---|---|---|---|' '| <a id="host"></a>host | 主机 | 宿主机、母机 | it |' \
		'| <a id="lab"></a><a id="the-lab"></a>lab, the lab | 实验 | - | it |' | tee "$tree/docs/glossary.md" >"$tree/docs/glossary.zh-CN.md"
}

# assert_found WORDS
assert_found() {
	run -1 tests/docs/parity "$tree"
	assert_line --partial "$1"
}

@test "parity: headings, lists, tables, blocks and links are the same in both languages; no link is dead" {
	run -0 tests/docs/parity
	assert_output ''
}

# bats test_tags=long
@test "parity: in a student's tree no link is dead" {
	for audience in --course --self; do
		run -0 scripts/starter "$tree$audience" $audience
		run tests/docs/parity "$tree$audience"
		refute_output --partial 'no such'
	done
}

@test "parity: a translation is no difference" {
	mkdir "$tree/labs/uts/show"
	touch "$tree/labs/uts/show/diagram.svg" "$tree/labs/uts/show/diagram.zh-CN.svg"
	echo '![two](show/diagram.svg)' >>"$page.md"
	echo '![两个](show/diagram.zh-CN.svg)' >>"$page.zh-CN.md"
	run -0 tests/docs/parity "$tree"
	assert_output ''
}

@test "parity: a difference is found, each by its name" {
	cp -r "$tree" "$tree.before"
	while IFS='|' read -r found change; do
		rm -r "$tree"
		cp -r "$tree.before" "$tree"
		sed -i "$change" "$page.zh-CN.md"
		assert_found "$found"
	done <<-'END'
		other headings|1s/#/##/
		other items|2d
		other tables|6s/ | / /
		other tables|6d
		other blocks|s/true/false/
		other blocks|s/make/make all/
		other blocks|s/```sh/```/
		other blocks|2s/$/\n<!-- whole repository -->/
		other links|6s/](/] (/
		no such heading: #标题|1s/标题/题目/
		宿主机; the glossary has 主机|2s/一/宿主机/
	END
}

@test "parity: hints for another mistake, one hint more and other code are found" {
	mkdir -p "$tree/labs/uts/exercise" "$tree/common"
	hints=$tree/labs/uts/exercise/hints
	printf '%s\n' '# one' first '' second 'goes on' '' 'code: uts.flag' '' '# one:short two' third | tee "$tree/common/hints" >"$hints"
	printf '%s\n' '# one' 一 '' 二 '' 'code: uts.flag' '' '# one:short two' 三 | tee "$tree/common/hints.zh-CN" >"$hints.zh-CN"
	run -0 tests/docs/parity "$tree"
	for change in '1s/one/two/' '2s/$/\n\n又一个/' '8s/ two//' 's/uts.flag/uts.hostname/' 8d; do
		for file in "$hints.zh-CN" "$tree/common/hints.zh-CN"; do
			cp "$file" "$file.saved"
			sed -i "$change" "$file"
			assert_found "$file: other hints than hints:"
			mv "$file.saved" "$file"
		done
	done
}

@test "parity: a word to avoid is found in hints, questions and messages, too" {
	mkdir -p "$tree/labs/uts/exercise" "$tree/common/po"
	for file in labs/uts/exercise/hints.zh-CN labs/uts/exercise/questions common/hints.zh-CN common/po/zh_CN.po; do
		[[ -e $file ]] || fail "no such file: $file"
		echo 母机 >"$tree/$file"
		assert_found "$file: 母机; the glossary has 主机"
		rm "$tree/$file"
	done
}

@test "parity: a page without a translation, and a dead link, are found" {
	rm "$page.zh-CN.md"
	assert_found 'labs/uts/README.md: there is no README.zh-CN.md'
	setup
	echo '[there](../missing/README.md)' | tee -a "$page.md" >>"$page.zh-CN.md"
	assert_found 'no such file: ../missing/README.md'
}

@test "parity: a term of the glossary has an anchor, which is no heading and the same in both languages" {
	for page in "$page.md" "$page.zh-CN.md"; do
		[[ $page == *zh-CN* ]] && chinese=.zh-CN || chinese=
		echo "[the lab](../../docs/glossary$chinese.md#the-lab)" >>"$page"
	done
	run -0 tests/docs/parity "$tree"
	sed -i 's/#the-lab/#the_lab/' "$page"
	assert_found 'no such heading: ../../docs/glossary.zh-CN.md#the_lab'
	sed -i 's/id="host"/id="hosts"/' "$tree/docs/glossary.zh-CN.md"
	assert_found 'glossary.zh-CN.md: other anchors than glossary.md'
	sed -i 's/<a id="lab"><.a>//' "$tree/docs/glossary.md"
	assert_found "docs/glossary.md: the anchors don't fit the terms: <a id=\"the-lab\"></a>lab, the lab"
}

@test "parity: the words to avoid are those of all tables of the glossary" {
	printf '%s\n' '' '| English | Chinese | avoid | is |' '|---|---|---|---|' '| <a id="pipe"></a>pipe | 管道 | 管线 | it |' |
		tee -a "$tree/docs/glossary.md" >>"$tree/docs/glossary.zh-CN.md"
	sed -i '2s/一/avoid 管线/' "$page.zh-CN.md"
	assert_found '管线; the glossary has 管道'
	refute_output --partial 'glossary has Chinese'
}

@test "parity: a Chinese page leads to Chinese pages" {
	echo '[there](../../docs/glossary.md)' | tee -a "$page.md" >>"$page.zh-CN.md"
	assert_found 'leads to the English page: ../../docs/glossary.md'
}

@test "parity: a summary has no Markdown, which would be seen in HTML" {
	for summary in '`ls` lists' 'the *inner* one'; do
		setup
		printf '\n<details><summary>%s</summary></details>\n' "$summary" | tee -a "$page.md" >>"$page.zh-CN.md"
		assert_found 'Markdown in a summary, where it is HTML'
	done
}

@test "parity: links to elsewhere are listed, and not followed" {
	echo '[there](https://example.org/)' | tee -a "$page.md" >>"$page.zh-CN.md"
	run -0 tests/docs/parity --links "$tree"
	assert_output 'https://example.org/'
}

@test "parity: --help and usage errors" {
	run -0 tests/docs/parity --help
	run -2 tests/docs/parity --nonsense
}
