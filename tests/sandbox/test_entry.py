"""Which callable of a source is called, and that it is called whatever it is."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.models import unpacked
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.runner import Runner

from .kit import payload

TWO = "def f(): pass\ndef g(): pass\n"
CLASS = "class Sums:\n    def add_up(self, xs): return sum(xs)\n"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        pytest.param(Source(code=TWO, entry_point="f"), "f", id="named"),
        pytest.param(Source(code=TWO, fallbacks=("h", "f")), "f", id="fallback"),
        pytest.param(Source(code=TWO, title="f"), "f", id="title"),
        pytest.param(Source(code=TWO, fallbacks=("g",), title="f"), "g", id="fallback before title"),
        pytest.param(Source(code=TWO, entry_point="f", fallbacks=("g",)), "f", id="named before fallback"),
        pytest.param(Source(code="def f(): pass\ndef _h(): pass", title="t"), "f", id="the only public one"),
        pytest.param(Source(code="from math import sin\nf = lambda x: x"), "f", id="lambda"),
        pytest.param(Source(code="import functools\n@functools.cache\ndef f(): pass"), "f", id="decorated"),
        pytest.param(Source(code=CLASS, entry_point="Sums.add_up"), "Sums.add_up", id="method"),
        pytest.param(Source(code=CLASS, title="Sums.add_up"), "Sums.add_up", id="method by title"),
        pytest.param(Source(code=f"{CLASS}f = len\n", title="f"), "f", id="a builtin"),
        pytest.param(Source(code=TWO + "import abc\nf = abc.ABC", fallbacks=("f",)), "f", id="a class"),
        pytest.param(Source(code="from math import sqrt", fallbacks=("sqrt",)), "sqrt", id="imported"),
        pytest.param(
            Source(code="from math import sqrt\ndef g(): pass", title="sqrt"),
            "g",
            id="a title that is imported",
        ),
        pytest.param(
            Source(code="import json\ndef g(): pass", title="json.loads"), "g", id="a title in a module"
        ),
        pytest.param(Source(code=f"{CLASS}def g(): pass", title="Sums"), "g", id="a title that is a class"),
        pytest.param(Source(code="f = {}\ndef g(): pass", title="f"), "g", id="a title that is data"),
        pytest.param(Source(code="def f(): pass", title="add up: 1.2"), "f", id="a title in words"),
    ],
)
def test_the_entry_point_is_chosen(sandbox: Sandbox, source: Source, name: str) -> None:
    with sandbox.spawn(source) as child:
        assert child.loaded is not None, child.failure
        assert (child.loaded.name, child.loaded.guessed) == (name, False)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (TWO, "g"),
        (f"{TWO}def _h(): pass", "g"),
        (f"{TWO}def main(): pass", "g"),
        ("def main(): pass\ndef f(): pass", "f"),
        (f"{TWO}{CLASS}", "g"),
    ],
)
def test_a_guess_says_so(sandbox: Sandbox, code: str, name: str) -> None:
    with sandbox.spawn(Source(code=code, fallbacks=("h",), title="h")) as child:
        assert child.loaded is not None, child.failure
        assert (child.loaded.name, child.loaded.guessed) == (name, True)


@pytest.mark.parametrize(
    ("code", "entry", "message"),
    [
        ("def a(): pass\ndef b(): pass", "c", "no 'c' in the code, which defines a, b"),
        ("def _a(): pass", None, "no public function in the code, which defines _a"),
        (
            f"{CLASS}    def _own(self): pass\n",
            None,
            "no public function in the code, which has the methods Sums.add_up; name an entry point",
        ),
        ("f = 5", "f", "'f' is a int, not a function"),
        (CLASS, "Sums.total", "type object 'Sums' has no attribute 'total'"),
    ],
)
def test_an_error_lists_what_there_is(sandbox: Sandbox, code: str, entry: str | None, message: str) -> None:
    with sandbox.spawn(Source(code=code, entry_point=entry)) as child:
        assert child.failure is not None
        assert child.failure.raised is not None
        assert (child.failure.raised.stage, child.failure.raised.message) == ("entry", message)


@pytest.mark.parametrize("described", ["doc", "returns", "not"])
@pytest.mark.parametrize(
    "code",
    [
        "add_up = sum",
        "import functools\ndef fold(start, xs): return sum(xs, start)\nadd_up = functools.partial(fold, 0)",
        "import functools\nadd_up = functools.partial(max, default=0)",
        f"{CLASS}add_up = Sums().add_up",
        "class Sums:\n    def __call__(self, xs): return sum(xs)\nadd_up = Sums()",
        "class Sums(int):\n    def __new__(cls, xs): return int.__new__(int, sum(xs))\nadd_up = Sums",
        "def add_up(xs): return sum(xs)\nadd_up.__signature__ = 'none'",
    ],
    ids=["builtin", "partial", "no signature", "bound method", "callable", "class", "lying signature"],
)
def test_whatever_can_be_called_is_called(sandbox: Sandbox, code: str, described: str) -> None:
    source = Source(code=code, fallbacks=("add_up",), described=described)  # type: ignore[arg-type]
    with Runner(sandbox, source) as runner:
        assert runner.loaded is not None, runner.failure
        assert runner.loaded.name == "add_up"
        (seen,) = runner.run([payload([6])], timeout=1.0)
    assert unpacked(seen.value) == 6, seen


def test_a_partial_does_not_pass_off_the_docstring_of_its_class(sandbox: Sandbox) -> None:
    with sandbox.spawn(Source(code="import functools\nf = functools.partial(max)", title="f")) as child:
        assert child.failure is not None  # it has no signature to draw inputs from
    source = Source(code="import functools\nf = functools.partial(max)", title="f", described="doc")
    with sandbox.spawn(source) as child:
        assert child.loaded is not None
        assert child.loaded.doc == ""


def test_a_function_of_c_is_called_by_names_that_it_does_not_know(sandbox: Sandbox) -> None:
    with Runner(sandbox, Source(code="add_up = sum", fallbacks=("add_up",), described="doc")) as runner:
        seen = runner.run([payload(xs=[1, 2]), payload([1], start=5), payload(xs=[1], start=2)], timeout=1.0)
    assert [unpacked(each.value) for each in seen] == [3, 6, 3], seen
