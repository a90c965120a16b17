# scripts/lib/grade/similar.py: which files it finds alike, and that no file keeps it busy.
# bats file_tags=once:user
load ../lib/helpers

setup() {
	work=$BATS_TEST_TMPDIR
	cat >"$work/one.c" <<-'END'
		/* One. */
		static int count_lines(FILE *file)
		{
			int lines = 0;

			for (int c = getc(file); c != EOF; c = getc(file))
				if (c == '\n' || c == '\f')
					lines++;
			return ferror(file) ? -1 : lines;
		}

		static void print_all(char *names[], int count)
		{
			while (count-- > 0) {
				FILE *file = fopen(*names++, "r");
				if (!file) {
					perror("fopen"); // and go on
					continue;
				}
				printf("%d lines in %s\n", count_lines(file), names[-1]);
				fclose(file);
			}
		}
	END
}

# compare FILE FILE: print "PERCENT PASSAGES" for the two.
compare() {
	/usr/bin/python3 -BEs - "$@" <<-'END'
		import sys
		sys.path.insert(0, "scripts")
		from lib.grade.similar import find_pairs
		files = {number: open(path, encoding="utf-8").read().splitlines() for number, path in enumerate(sys.argv[1:])}
		print(*find_pairs(files, set()).get((0, 1), ["different"]))
	END
}

@test "similar: other names, numbers, strings, comments and layout hide nothing" {
	sed -E 's/\blines\b/n/g; s/count_n|count_lines/f/g; s/names/argv/g; s/"r"/"rb"/; s/-1/-7/; s/perror\("fopen"\)/perror("it")/; s,//.*,/* hm */,' \
		"$work/one.c" | tr -s '\t\n' ' ' | sed 's/[;{}]/&\n/g' >"$work/other.c"
	run -0 compare "$work/one.c" "$work/other.c"
	assert_output --regexp '^100 \[\(\(2, 23\), \(1, [0-9]+\)\)\]$'
}

@test "similar: functions in another order hide nothing, and each is found with its lines" {
	{ sed -n '12,$p' "$work/one.c" && sed -n '1,11p' "$work/one.c"; } >"$work/other.c"
	run -0 compare "$work/one.c" "$work/other.c"
	assert_output --regexp '^(9[0-9]|100) \[\(\(2, 10\), \(1[0-9], 2[0-9]\)\), \(\(12, 23\), \(1, 12\)\)\]$'
}

@test "similar: what is put between the lines leaves the rest alike" {
	sed '5s/^/\tint unused = getpid() + 3;\n/; 20s/$/\n\t\tfflush(stdout);/' "$work/one.c" >"$work/other.c"
	run -0 compare "$work/one.c" "$work/other.c"
	assert_output --regexp '^(8|9)[0-9] '
}

@test "similar: another answer to the same question is different" {
	cat >"$work/other.c" <<-'END'
		int main(int argc, char **argv)
		{
			char buffer[BUFSIZ];
			size_t got, total = 0;

			for (int i = 1; i < argc; i++) {
				int fd = open(argv[i], O_RDONLY);
				if (fd == -1)
					err(1, "%s", argv[i]);
				do {
					got = read(fd, buffer, sizeof buffer);
					for (char *p = buffer; (p = memchr(p, '\n', got)); p++)
						total++;
				} while (got > 0);
				printf("%zu\n", total);
			}
		}
	END
	run -0 compare "$work/one.c" "$work/other.c"
	assert_output different
}

# bats test_tags=long
@test "similar: files that repeat themselves, or begin what never ends, are compared at once" {
	for text in ';' 'a=b;' '/*' '"' "'" '{{{{' '1.e+' '\ '; do
		for i in 1 2; do
			printf "%.0s$text" {1..30000} >"$work/$i.c"
			printf '%*s' "$i" '' | tr ' ' ';' >>"$work/$i.c"
		done
		run -0 timeout 10 bash -c "$(declare -f compare); compare '$work/1.c' '$work/2.c'"
	done
}

@test "similar: where it would take too long, that is said, and the rest stays" {
	run -0 /usr/bin/python3 -BEs -c 'import sys
sys.path.insert(0, "scripts")
from lib.grade import similar
similar.PATIENCE = -1
text = open(sys.argv[1], "rb").read()
print(*similar.find_similar("uts", {"a": text, "b": text, "c": text + b"int more;"}, {}), sep="\n")' "$work/one.c"
	assert_line --index 0 'uts: the same lines: a, b'
	assert_line 'uts: only identical code was found: it takes more than -1 s'
}
