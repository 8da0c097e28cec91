"""Mutants: what is changed and what is left alone, and that the same number is the same mutant."""

from __future__ import annotations

import ast
import functools
import heapq
import inspect
import statistics
import textwrap

import pytest

from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.jail.mutants import MUTANTS, chosen, mutate, points

from .kit import payload

OPERATORS = {
    "return x < y": {"boundary: return x <= y", "return: return None"},
    "return x >= y > z": {
        "boundary: return x > y > z",
        "boundary: return x >= y >= z",
        "return: return None",
    },
    "return x == y": {"equality: return x != y", "return: return None"},
    "return x in y": {"equality: return x not in y", "return: return None"},
    "return x is None": {"equality: return x is not None", "truth: return not x", "return: return None"},
    "return x is not None": {
        "equality: return x is None",
        "truth: return not not x",
        "return: return None",
    },
    "return x and y": {"logic: return x or y", "return: return None"},
    "return x + y": {"arithmetic: return x - y", "return: return None"},
    "return x + '!'": {"operand: return x", "text: return x + 'XX!XX'", "return: return None"},
    "return [x] * y": {"operand: return [x]", "return: return None"},
    "return x // y": {"arithmetic: return x * y", "return: return None"},
    "return not x": {"not: return x", "truth: return x is None", "return: return None"},
    "return -x": {"sign: return x", "return: return None"},
    "return -1": {"number: return -2", "return: return None"},
    "return True": {"number: return False", "return: return None"},
    "return 1e300": {"number: return -1e+300", "return: return None"},
    "return 0.5": {"number: return 1.5", "return: return None"},
    "return ''": {"text: return 'XXXX'", "return: return None"},
    "return None": set(),
    "return": set(),
    "if x:\n    pass": {"condition: if not x:\n    pass", "truth: if x is not None:\n    pass"},
    "if not x:\n    pass": {"not: if x:\n    pass", "truth: if x is None:\n    pass"},
    "if x == y:\n    pass": {"equality: if x != y:\n    pass"},
    "while True:\n    break": {"number: while False:\n    break", "loop: while True:\n    continue"},
    "for y in x:\n    continue": {"loop: for y in x:\n    break"},
    "return x if y else z": {
        "condition: return x if not y else z",
        "truth: return x if y is not None else z",
        "return: return None",
    },
    "return x or y": {
        "logic: return x and y",
        "fallback: return x if x is not None else y",
        "return: return None",
    },
    "return x.sub('', y)": {
        "call: return x",
        "call: return y",
        "text: return x.sub('XXXX', y)",
        "return: return None",
    },
    "return x.lower()": {"case: return x", "return: return None"},
    "return x.split()": {"call: return x", "method: return x.split(' ')", "return: return None"},
    "return x.get(y, z)": {"call: return x", "option: return x.get(y, None)", "return: return None"},
    "return sorted(x, key=y)": {"call: return x", "option: return sorted(x)", "return: return None"},
    "return isinstance(x, (y, z))": {
        "call: return x",
        "type: return isinstance(x, (z,))",
        "type: return isinstance(x, (y,))",
        "return: return None",
    },
    "try:\n    pass\nexcept (y, z):\n    pass": {"type: try:\n    pass\n    except (y,):\n    pass"},
    "return [y for y in x if y]": {"condition: return [y for y in x if not y]", "return: return None"},
    "return sorted(x)": {"call: return x", "return: return None"},
    "return x.strip(y)": {"call: return x", "method: return x.rstrip(y)", "return: return None"},
    "return math.sqrt(x)": {"call: return x", "return: return None"},
    "return ','.join(x)": {"call: return x", "text: return 'XX,XX'.join(x)", "return: return None"},
    "return len(x)": {"return: return None"},
    "y += x": {"arithmetic: y -= x", "statement: pass"},
    "y[x] = z": {"statement: pass"},
    "y.append(x)": {"statement: pass"},
    "yield x": {"statement: pass"},
    "del y[x]": {"statement: pass"},
    "raise ValueError(f'{x} + 1')": {"statement: pass"},
    "assert x, 'a message'": set(),
    "print('a', 1 + 2)": set(),
    "'a docstring'": set(),
    "y: Literal['a'] = x": set(),
    "return f'{x:>5}'": {"return: return None"},
    "return f'{x}!'": {"text: return f'{x}XX!XX'", "return: return None"},
}


def written(source: str, name: str | None) -> list[str]:
    """Each change as its kind and what the source becomes."""
    made = []
    for number in range(len(points(ast.parse(source), name))):
        tree = ast.parse(source)
        point = points(tree, name)[number]
        point.change()
        compile(tree, "<mutant>", "exec")
        made.append(f"{point.kind}: {ast.unparse(tree)}")
    return made


@pytest.mark.parametrize(("body", "expected"), OPERATORS.items(), ids=OPERATORS.keys())
def test_an_operator_makes_its_mutants(body: str, expected: set[str]) -> None:
    source = "import math\n\ndef f(x, y, z):\n" + textwrap.indent(body, "    ")
    made = written(source, "f")
    head = "import math\n\ndef f(x, y, z):\n"
    assert {
        line.replace(head, "").replace("    ", "", 1).replace("\n        ", "\n    ") for line in made
    } == expected
    assert len(made) == len(expected)


def test_patterns_lose_anchors_quantifiers_and_flags() -> None:
    source = "import re\n\ndef f(x):\n    return re.match('^a+?\\\\s*\\\\d$', x, re.I)"
    made = {line.partition(": ")[2].rpartition("return ")[2] for line in written(source, "f")}
    assert {
        "re.match('^a+?\\\\d$', x, re.I)",
        "re.match('a+?\\\\s*\\\\d$', x, re.I)",
        "re.match('^a+?\\\\s*\\\\d', x, re.I)",
        "re.match('^a+\\\\s*\\\\d$', x, re.I)",
        "re.match('^a+?\\\\s*[1-9]$', x, re.I)",
        "re.match('^a+?\\\\s*\\\\d$', x)",
    } <= made


def test_options_are_ignored() -> None:
    made = written("def f(x, y=1, *, z=False):\n    'Doc.'\n    return x\n", "f")
    assert {line.partition("\n    ")[2] for line in made if line.startswith("ignored")} == {
        '"""Doc."""\n    y = 1\n    return x',
        '"""Doc."""\n    z = False\n    return x',
    }


ACTING = {
    "open(x, 'w')": {"mode: open(x, 'a')"},
    "open(x, 'r')": set(),
    "subprocess.run(['git', 'push', x, '-f'])": {
        "word: subprocess.run(['git', x, '-f'])",
        "word: subprocess.run(['git', 'push', x])",
    },
    "os.remove(x)\nos.rename(y, z)": {"order: os.rename(y, z)\nos.remove(x)"},
    "y = os.stat(x)\nos.remove(x)": set(),
    "if x:\n    os.remove(y)\n    os.remove(z)": {"order: if x:\n    os.remove(z)\n    os.remove(y)"},
}


@pytest.mark.parametrize(("body", "expected"), ACTING.items(), ids=ACTING.keys())
def test_effects_have_mutants_of_their_own(body: str, expected: set[str]) -> None:
    source = "import os, subprocess\n\ndef f(x, y, z):\n" + textwrap.indent(body, "    ")
    made = [line.partition(": ") for line in written(source, "f")]
    bodies = {
        f"{kind}: {textwrap.dedent(text.partition('z):')[2]).strip()}"
        for kind, _, text in made
        if kind in ("mode", "word", "order")
    }
    assert bodies == expected


def test_the_order_of_calls_is_left_alone_in_code_that_does_not_act() -> None:
    made = written("def f(x, y):\n    x.append(1)\n    y.append(2)\n", "f")
    assert not [line for line in made if line.startswith("order")]


def test_what_is_printed_is_changed_where_output_is_compared() -> None:
    tree = ast.parse("def f(x):\n    print('a', x + 2)\n")
    assert points(tree, "f") == []
    kinds = [point.kind for point in points(tree, "f", output=True)]
    assert kinds == ["text", "arithmetic", "number"]
    mutate(tree, "f", kinds.index("arithmetic"), output=True)
    assert ast.unparse(tree).endswith("print('a', x - 2)")


def test_a_script_is_changed_as_a_whole() -> None:
    made = written("total = price * 2\ntotal += 1\n_result = total\n", None)
    assert made == [
        "arithmetic: total = price // 2\ntotal += 1\n_result = total",
        "number: total = price * 3\ntotal += 1\n_result = total",
        "arithmetic: total = price * 2\ntotal -= 1\n_result = total",
        "statement: total = price * 2\npass\n_result = total",
        "number: total = price * 2\ntotal += 2\n_result = total",
    ]


REACHED = """
LIMIT = 3
OTHER = 4
def unused(x): return x + 1
def helper(x): return x - LIMIT
class Box:
    size = 5
    def __init__(self, x): self.x = x * 6
    def used(self): return self.x // 7
    def not_used(self): return self.x % 8
def f(x): return helper(Box(x).used())
"""


def test_only_what_the_entry_point_leads_to_is_changed() -> None:
    lines = {point.line for point in points(ast.parse(REACHED), "f")}
    assert lines == {2, 5, 7, 8, 9, 11}
    assert {point.line for point in points(ast.parse(REACHED), "Box.not_used")} == {7, 8, 10}


FUNCTIONS = [
    textwrap.wrap,
    textwrap.TextWrapper._wrap_chunks,
    textwrap.dedent,
    heapq.merge,
    heapq.nsmallest,
    statistics.fmean,
    statistics.quantiles,
    inspect.getsource,
    inspect.signature,
    functools.update_wrapper,
    ast.literal_eval,
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__qualname__)
def test_every_mutant_of_real_code_compiles_is_another_and_the_same_again(function: object) -> None:
    source = textwrap.dedent(inspect.getsource(function))  # type: ignore[arg-type]
    name = function.__name__  # type: ignore[attr-defined]
    made = []
    for number in range(len(chosen(points(ast.parse(source), name)))):
        trees = [ast.parse(source), ast.parse(source)]
        for tree in trees:
            mutate(tree, name, number)
        compile(trees[0], "<mutant>", "exec")
        assert ast.dump(trees[0]) == ast.dump(trees[1])
        made.append(ast.unparse(trees[0]))
    assert len({*made, ast.unparse(ast.parse(source))}) == len(made) + 1 <= MUTANTS + 1
    with pytest.raises(IndexError):
        mutate(ast.parse(source), name, len(made))


def test_a_deep_tree_has_mutants_too() -> None:
    source = f"def f(x):\n    return {' + '.join(['x'] * 900)}\n"
    for number in range(MUTANTS):
        tree = ast.parse(source)
        mutate(tree, "f", number)
        compile(tree, "<mutant>", "exec")


def test_the_handful_is_spread_over_kinds_and_lines() -> None:
    numbers = "".join(f"    x = x + {n}\n" for n in range(50))
    source = f"def f(x):\n{numbers}    if x < 3:\n        return 1\n    return x\n"
    picked = chosen(points(ast.parse(source), "f"))
    assert {point.kind for point in picked} == {"arithmetic", "number", "boundary", "condition", "return"}
    assert len(picked) == MUTANTS
    lines = [point.line for point in picked if point.kind in ("arithmetic", "number")]
    assert min(lines) < 10
    assert max(lines) > 40


def test_a_mutant_runs_in_the_jail_and_one_that_there_is_not_does_not_compile(sandbox: Sandbox) -> None:
    source = Source(code="def f(x):\n    return x\ndef g(x):\n    return x + 1\n", entry_point="g", mutant=0)
    with sandbox.spawn(source) as child:
        assert [seen.value for seen in child.calls([payload(5)], 1.0)] == [None]
    with sandbox.spawn(Source(code=source.code, entry_point="g", mutant=3)) as child:
        assert child.failure is not None
        assert child.failure.raised is not None
        assert (child.failure.raised.stage, child.failure.raised.type) == ("compile", "IndexError")
