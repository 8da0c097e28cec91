"""The dreams of the benchmarks: twenty typed procedures, and dreams made by rewriting their syntax.

About half of the dreams are right, and half are wrong in one place. No two are equal after normalising,
because each contains its number as statements without effect. A dream hangs only on request: no procedure has
a loop that a mutation could make endless.
"""

from __future__ import annotations

import ast
import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.importer import import_lines
from pytest_athena_dreams.store.jsonl import read_lines

OWN_LITERAL = 4
"""One dream in this many has a literal of its own, which gets extra inputs."""

PROCEDURES = {
    "clamp": """
def clamp(x: int, low: int, high: int) -> int:
    if low > high:
        raise ValueError("low is above high")
    if x < low:
        return low
    if x > high:
        return high
    return x
""",
    "digits": """
def digits(number: int) -> list[int]:
    if number < 0:
        number = -number
    found = []
    for _ in range(40):
        if number <= 9:
            break
        found.append(number % 10)
        number = number // 10
    found.append(number)
    return found
""",
    "greatest_divisor": """
def greatest_divisor(a: int, b: int) -> int:
    for _ in range(99):
        if b == 0:
            break
        a, b = b, a % b
    return abs(a)
""",
    "running_sum": """
def running_sum(numbers: list[int]) -> list[int]:
    total = 0
    sums = []
    for number in numbers:
        total = total + number
        sums.append(total)
    return sums
""",
    "second_largest": """
def second_largest(numbers: list[int]) -> int | None:
    different = sorted(set(numbers))
    if len(different) < 2:
        return None
    return different[-2]
""",
    "chunks": """
def chunks(items: list[str], size: int) -> list[list[str]]:
    if size < 1:
        raise ValueError("size is below 1")
    parts = []
    for start in range(0, len(items), size):
        parts.append(items[start : start + size])
    return parts
""",
    "is_palindrome": """
def is_palindrome(text: str) -> bool:
    kept = [c for c in text.lower() if c.isalnum()]
    return kept == kept[::-1]
""",
    "caesar": """
def caesar(text: str, shift: int) -> str:
    moved = []
    for c in text:
        if "a" <= c and c <= "z":
            moved.append(chr((ord(c) - 97 + shift) % 26 + 97))
        else:
            moved.append(c)
    return "".join(moved)
""",
    "word_counts": """
def word_counts(text: str) -> dict[str, int]:
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts
""",
    "run_lengths": """
def run_lengths(text: str) -> list[tuple[str, int]]:
    runs = []
    for c in text:
        if runs and runs[-1][0] == c:
            runs[-1] = (c, runs[-1][1] + 1)
        else:
            runs.append((c, 1))
    return runs
""",
    "invert": """
def invert(mapping: dict[str, int]) -> dict[int, list[str]]:
    inverted = {}
    for key in sorted(mapping):
        inverted.setdefault(mapping[key], []).append(key)
    return inverted
""",
    "merge_counts": """
def merge_counts(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    merged = dict(left)
    for key, count in right.items():
        if key in merged:
            merged[key] = merged[key] + count
        else:
            merged[key] = count
    return merged
""",
    "mean": """
def mean(numbers: list[float]) -> float:
    if not numbers:
        raise ValueError("no numbers")
    total = 0.0
    for number in numbers:
        total = total + number
    return total / len(numbers)
""",
    "grade": """
def grade(points: float) -> str:
    if points >= 90:
        return "A"
    if points >= 75:
        return "B"
    if points >= 50:
        return "C"
    return "F"
""",
    "common": """
def common(left: set[int], right: set[int]) -> list[int]:
    both = [x for x in left if x in right]
    both.sort()
    return both
""",
    "interleave": """
def interleave(left: list[int], right: list[int]) -> list[int]:
    mixed = []
    for n in range(max(len(left), len(right))):
        if n < len(left):
            mixed.append(left[n])
        if n < len(right):
            mixed.append(right[n])
    return mixed
""",
    "transpose": """
def transpose(rows: list[list[int]]) -> list[list[int]]:
    if not rows:
        return []
    width = min(len(row) for row in rows)
    return [[row[n] for row in rows] for n in range(width)]
""",
    "checksum": """
def checksum(data: bytes) -> int:
    total = 1
    other = 0
    for byte in data:
        total = (total + byte) % 65521
        other = (other + total) % 65521
    return other * 65536 + total
""",
    "overlap": """
def overlap(first: tuple[int, int], second: tuple[int, int]) -> int:
    start = max(first[0], second[0])
    end = min(first[1], second[1])
    if end > start:
        return end - start
    return 0
""",
    "initials": """
def initials(name: str, dots: bool) -> str:
    parts = [part[0].upper() for part in name.split()]
    if dots:
        return "".join(part + "." for part in parts)
    return "".join(parts)
""",
}
HANG = ast.parse("while True:\n    pass").body[0]

Line = dict[str, Any]


STOCKS = ("mutants", "plain", "wrong")
"""``mutants``: half of the dreams have one fault. ``plain``: all are right, and differ in a constant only.
``wrong``: the same, but none returns anything."""


def lines(count: int, *, hanging: int = 0, kind: str = "mutants") -> Iterator[Line]:
    """``count`` dreams as lines of an import file, of each procedure in turn. Every ``hanging``-th one never
    ends; 0 means none.
    """
    names = list(PROCEDURES)
    for number in range(count):
        name = names[number % len(names)]
        hangs = bool(hanging) and number % hanging == hanging - 1
        yield {
            "label": f"{name}-{number}",
            "code": _code(kind, PROCEDURES[name], number, len(names), hangs=hangs),
            "dream_type": "constraint_relaxation",
            "procedure": {"name": name, "project": "benchmark", "code": PROCEDURES[name]},
        }


def make_store(path: Path, count: int, *, hanging: int = 0, kind: str = "mutants") -> Path:
    """A store at ``path`` with ``count`` pending dreams."""
    source = path.with_suffix(".jsonl")
    source.write_text("".join(json.dumps(line) + "\n" for line in lines(count, hanging=hanging, kind=kind)))
    with Store.create(path) as store:
        import_lines(store, read_lines([source]))
    return path


def _code(kind: str, code: str, number: int, names: int, *, hangs: bool) -> str:
    if kind == "mutants":
        return dream(code, number // names, hangs=hangs)
    right = renumbered(code, number)
    return right.replace("    return ", "    None and ") if kind == "wrong" else right


def renumbered(code: str, number: int) -> str:
    """The procedure with a constant of its own, which changes no result."""
    head, _, body = code.strip().partition("\n")
    return f"{head}\n    tag = {number}\n{body}\n"


def dream(code: str, number: int, *, hangs: bool = False) -> str:
    """Variant ``number`` of a procedure: right if the number is even, otherwise with one mutation."""
    tree = ast.parse(code)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    chance = random.Random(f"{code}{number}")
    if hangs:
        function.body.insert(0, HANG)
    elif number % 2:
        mutate(function, chance)
    for rewrite in chance.sample(REWRITES, chance.randrange(1, len(REWRITES))):
        rewrite(function)
    signed = [ast.parse("if True:\n    pass" if bit == "1" else "pass").body[0] for bit in f"{number:b}"]
    if number % OWN_LITERAL == 0:
        signed.append(ast.parse(f"own = {1000 + number}").body[0])
    function.body[:0] = signed
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def mutate(function: ast.FunctionDef, chance: random.Random) -> None:
    """Add one fault: another operator or number, a removed statement, an undefined name, another type."""
    places = [(node, change) for node in ast.walk(function) for change in changes(node)]
    _, change = chance.choice(places)
    change()


def changes(node: ast.AST) -> Iterator[Callable[[], None]]:
    """The faults that ``node`` can get."""
    match node:
        case ast.Compare(ops=[compare, *others]) if type(compare) in OPPOSITE:
            yield lambda: setattr(node, "ops", [OPPOSITE[type(compare)](), *others])
        case ast.BinOp(op=operator) if type(operator) in OPPOSITE:
            yield lambda: setattr(node, "op", OPPOSITE[type(operator)]())
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int(number)):
            yield lambda: setattr(node, "value", number + 1)
        case ast.Return(value=ast.expr() as value):
            yield lambda: setattr(node, "value", ast.Constant(value=None))
            yield lambda: setattr(node, "value", ast.Call(ast.Name("str", ast.Load()), [value], []))
            yield lambda: setattr(node, "value", ast.Name("missing", ast.Load()))
        case ast.If(test=test):
            yield lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), test))
        case ast.Expr(value=ast.Call()):
            yield lambda: setattr(node, "value", ast.Constant(value=None))


OPPOSITE: dict[type[ast.AST], type[ast.cmpop] | type[ast.operator]] = {
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mod: ast.FloorDiv,
    ast.Mult: ast.Add,
}


def try_finally(function: ast.FunctionDef) -> None:
    function.body = [ast.Try(body=function.body, handlers=[], orelse=[], finalbody=[ast.Pass()])]


def if_true(function: ast.FunctionDef) -> None:
    function.body = [ast.If(test=ast.Constant(value=True), body=function.body, orelse=[])]


def inner_function(function: ast.FunctionDef) -> None:
    names = [argument.arg for argument in function.args.args]
    plain = ast.arguments(posonlyargs=[], args=[ast.arg(n) for n in names], kwonlyargs=[],
                          kw_defaults=[], defaults=[])  # fmt: skip
    inner = ast.FunctionDef(name="inner", args=plain, body=function.body, decorator_list=[])
    call = ast.Call(ast.Name("inner", ast.Load()), [ast.Name(n, ast.Load()) for n in names], [])
    function.body = [inner, ast.Return(call)]


def named_results(function: ast.FunctionDef) -> None:
    class Rewriter(ast.NodeTransformer):
        def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
            assert node.value is not None
            named = ast.Assign([ast.Name("answer", ast.Store())], node.value)
            return [named, ast.Return(ast.Name("answer", ast.Load()))]

    Rewriter().generic_visit(function)


def mirrored_compares(function: ast.FunctionDef) -> None:
    mirror: dict[type[ast.cmpop], type[ast.cmpop]] = {
        ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE,
    }  # fmt: skip
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in mirror:
            node.left, node.comparators = node.comparators[0], [node.left]
            node.ops = [mirror[type(node.ops[0])]()]


def swapped_branches(function: ast.FunctionDef) -> None:
    for node in ast.walk(function):
        if isinstance(node, ast.If):
            node.test = ast.UnaryOp(ast.Not(), node.test)
            node.body, node.orelse = node.orelse or [ast.Pass()], copy.deepcopy(node.body)


REWRITES: list[Callable[[ast.FunctionDef], None]] = [
    try_finally,
    if_true,
    inner_function,
    named_results,
    mirrored_compares,
    swapped_branches,
]
