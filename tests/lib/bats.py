"""The tests in a Bats file, and their tags."""

import re


def read_tests(path):
    """Each test's title, and its tags with those of the file."""
    of_file, of_test = set(), set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"# bats (file|test)_tags=(.*)", line):
            (of_file if found[1] == "file" else of_test).update(found[2].split(","))
        elif found := re.match(r'@test "(.*)" \{$', line):
            yield re.sub(r"\\(.)", r"\1", found[1]), of_file | of_test
            of_test = set()
