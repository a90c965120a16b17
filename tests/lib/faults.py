"""faults: the faults that can be planted in a C file, one at a time (scripts/dev/mutants)."""

import re
from pathlib import Path
from typing import NamedTuple

import clang.cindex
from clang.cindex import CursorKind, TypeKind

ROOT = Path(__file__).resolve().parents[2]
FLAGS = "-std=c11", "-D_GNU_SOURCE", '-DNSLABS_VERSION=""'
PAIRS = ("&&", "||"), ("==", "!="), ("<", "<="), (">", ">="), ("+", "-")
OTHERS = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}
CONDITIONAL = {CursorKind.IF_STMT, CursorKind.WHILE_STMT, CursorKind.CONDITIONAL_OPERATOR}
STATEMENTS = {CursorKind.CALL_EXPR, CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR,
              CursorKind.BREAK_STMT, CursorKind.CONTINUE_STMT, CursorKind.RETURN_STMT, CursorKind.UNARY_OPERATOR}


class Mutant(NamedTuple):
    """A fault: what is put into the file in place of the bytes from start to end."""
    file: str
    start: int
    end: int
    new: str

    def apply(self, source: bytes) -> bytes:
        return source[:self.start] + self.new.encode() + source[self.end:]

    def describe(self):
        """The line's number, the line as it is, and as it becomes, of which there may be several."""
        source = (ROOT / self.file).read_bytes()
        first = source.rfind(b"\n", 0, self.start) + 1
        last = source.find(b"\n", self.end)
        lines = source[first:last], Mutant("", self.start - first, self.end - first, self.new).apply(source[first:last])
        return source.count(b"\n", 0, self.start) + 1, *(" ".join(line.decode().split()) for line in lines)


def find_mutants(file):
    """All faults of a C file."""
    unit = clang.cindex.Index.create().parse(str(ROOT / file), [*FLAGS, f"-I{ROOT}/common"])
    for cursor in unit.cursor.get_children():
        if cursor.kind == CursorKind.FUNCTION_DECL and cursor.location.file and \
                cursor.location.file.name == str(ROOT / file) and cursor.is_definition():
            yield from (Mutant(file, *found) for found in find_in(cursor))


def find_in(cursor):
    """The faults in a cursor of libclang and below: where they start and end, and what is there instead."""
    children = list(cursor.get_children())
    if cursor.kind in CONDITIONAL and children:
        yield *extent(children[0]), f"!({text_at(cursor, *extent(children[0]))})"
    if cursor.kind == CursorKind.BINARY_OPERATOR and len(children) == 2:
        yield from change_operator(*children)
    # A buffer that is larger by one is no fault.
    if cursor.kind == CursorKind.VAR_DECL and cursor.type.kind == TypeKind.CONSTANTARRAY:
        children = [child for child in children if child.kind != CursorKind.INTEGER_LITERAL]
    if cursor.kind == CursorKind.INTEGER_LITERAL:
        text = next((token.spelling for token in cursor.get_tokens()), "")
        if re.fullmatch("0[0-7]*|[1-9][0-9]*", text):
            yield *extent(cursor), f"({text} + 1)"
    for child in children:
        if cursor.kind == CursorKind.COMPOUND_STMT and child.kind in STATEMENTS:
            yield *extent(child), ""
        yield from find_in(child)


def extent(cursor):
    return cursor.extent.start.offset, cursor.extent.end.offset


def text_at(cursor, start, end):
    return Path(cursor.extent.start.file.name).read_bytes()[start:end].decode()


def change_operator(left, right):
    """Another operator between two operands; of flags, one that is missing."""
    start, end = left.extent.end.offset, right.extent.start.offset
    text = text_at(left, start, end)
    operator = text.strip()
    if operator in OTHERS:
        yield start, end, text.replace(operator, OTHERS[operator])
    elif operator == "|":
        yield start, right.extent.end.offset, ""
        yield left.extent.start.offset, end, ""
