"""What a source shows about its parameters without being run."""

from __future__ import annotations

import ast

import pytest

from pytest_athena_dreams.sandbox.jail.usage import free_names, usage


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        ("return x + 1", ["arithmetic"]),
        ("return x + 'a'", ["added:str"]),
        ("return f'{1}' + x", ["added:str"]),
        ("return -x", ["arithmetic"]),
        ("return x[0]", ["indexed"]),
        ("return x['key']", ["indexed:str"]),
        ("return [1, 2][x]", ["index"]),
        ("for _ in x: pass", ["iterated"]),
        ("return 1 in x", ["contains"]),
        ("return x == 'a'", ["compared:str"]),
        ("return 3 < x", ["compared:int"]),
        ("return len(x)", ["passed:len"]),
        ("return x.upper()", ["method:upper"]),
        ("return os.path.join(x, 'a')", ["passed:os.path.join"]),
        ("return ','.join(x)", ["passed:join"]),
        ("return x(1)", ["called"]),
        ("return isinstance(x, (int, str))", ["isinstance:int", "isinstance:str"]),
        ("a, b = x", ["unpacked:2"]),
        ("return x[0][1]", ["item:indexed", "indexed"]),
        ("return [i + 1 for i in x]", ["iterated", "item:arithmetic"]),
        ("return [k for k, v in x.items() if v + 1]", ["method:items", "value:arithmetic"]),
    ],
)
def test_facts_on_a_parameter(body: str, facts: list[str]) -> None:
    found = usage(ast.parse(f"def f(x):\n    {body}\n"), "f")
    assert sorted(set(found["x"]) & set(facts)) == sorted(facts)


def test_facts_on_a_method_are_found_by_its_path() -> None:
    tree = ast.parse("class A:\n    def m(self, x):\n        return x + 1\n")
    assert usage(tree, "A.m") == {"x": ["arithmetic"]}
    assert usage(tree, "A.other") == {}


def test_the_inputs_of_a_script_are_the_names_that_it_reads_first() -> None:
    code = "import math\nn = a + 1\n_result = [math.sqrt(n) * b for n in c]\ndef g(z): return z\n"
    assert free_names(ast.parse(code)) == ["a", "b", "c"]
