"""Clues: what a source does with the text of each parameter."""

from __future__ import annotations

import re
import textwrap

import pytest

from pytest_athena_dreams.signatures import Clues, TextClues
from pytest_athena_dreams.source.clues import clues, quoted


def clues_of(code: str, name: str = "f") -> Clues:
    return clues(textwrap.dedent(code), name)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(p): return p + 1", None),
        ("def f(p): return int(p)", TextClues(grammars=("number",))),
        ("import json\ndef f(p): return json.loads(p)", TextClues(grammars=("json",))),
        ("from json import loads as read\ndef f(p): return read(p)", TextClues(grammars=("json",))),
        ("import os.path\ndef f(p): return os.path.join('a', p)", TextClues(grammars=("path",))),
        ("from urllib.parse import urlsplit\ndef f(p): return urlsplit(p)", TextClues(grammars=("url",))),
        ("from datetime import date\ndef f(p): return date.fromisoformat(p)", TextClues(grammars=("date",))),
        ("def f(p): return p.split(';')", TextClues(separators=(";",), read=True)),
        ("def f(p): return p.split()", TextClues(separators=(" ",), read=True)),
        ("def f(p): return p == 'x'", TextClues(read=True, words=("x",))),
        ("def f(p): return p in ('x', 'y')", TextClues(read=True, words=("x", "y"))),
        ("T = {'x': 1}\ndef f(p): return p in T", TextClues(read=True, words=("x",))),
        ("def f(p):\n match p:\n  case 'x' | 'y': return 1", TextClues(read=True, words=("x", "y"))),
        ("import re\ndef f(p): return re.findall('a+', p)", TextClues(matched=True)),
        ("RX = compile_it()\ndef f(p): return RX.match(p)", TextClues(matched=True)),
    ],
)
def test_what_reads_a_parameter(code: str, expected: TextClues | None) -> None:
    assert clues_of(code).parameters.get("p") == expected


@pytest.mark.parametrize(
    "code",
    [
        "import json\ndef f(p):\n    q = p.strip()\n    return json.loads(q)",
        "import json\ndef f(p):\n    return [json.loads(x) for x in p.splitlines()]",
        "import json\ndef f(p):\n    for _, x in enumerate(p):\n        json.loads(x)",
        "import json\ndef g(x):\n    return json.loads(x)\ndef f(p):\n    return g(p)",
        "import json\ndef g(*, x):\n    return json.loads(x)\ndef f(p):\n    return g(x=p[1:])",
        "import json\ndef f(p):\n    found = []\n    found.append(p)\n    return json.loads(found[0])",
        "import json\nclass A:\n def f(self, p): return self.g(p)\n def g(self, x): return json.loads(x)",
    ],
)
def test_data_is_followed(code: str) -> None:
    name = "A.f" if "class" in code else "f"
    assert "json" in clues(code, name).parameters["p"].grammars


def test_another_parameter_has_no_clue() -> None:
    assert set(clues_of("import json\ndef f(p, q): return json.loads(p), q").parameters) == {"p"}


def test_literal_patterns_and_their_flags() -> None:
    code = "import re\nA = re.compile('a+', re.I | re.M)\ndef f(p): return re.sub('b', '', p, flags=re.S)"
    assert clues_of(code).patterns == (("a+", int(re.I | re.M)), ("b", int(re.S)))


def test_formats_of_dates_where_a_date_is_read() -> None:
    code = "import datetime\nFORMS = ['%d/%m/%Y']\ndef f(p): return datetime.datetime.strptime(p, FORMS[0])"
    assert clues_of(code).formats == ("%d/%m/%Y",)
    assert clues_of("def f(p): return p == '%d/%m/%Y'").formats == ()


def test_texts_that_a_docstring_quotes() -> None:
    assert quoted("Turn ``1d 4h`` or 'x y' into \"z\" and `w`.") == ("1d 4h", "x y", "z", "w")


def test_what_is_no_python_has_no_clues() -> None:
    assert clues("def f(", "f") == Clues()
    assert clues("x = 1", "f") == Clues()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import math\ndef f(p): return [x for x in p if not math.isnan(x)]", True),
        ("from math import isfinite\ndef f(p): return all(map(isfinite, p))", True),
        ("def f(p): return p.is_nan()", True),
        ("def f(p): return p", False),
    ],
)
def test_code_that_looks_for_nan(code: str, found: bool) -> None:
    assert clues_of(code).nan is found


@pytest.mark.parametrize(
    "line",
    [
        "for kind, n in p:\n        kind == 'add'",
        "for kind, n in p:\n        kind.lower() == 'add'",
        "for e in p:\n        e.kind in ('add',)",
        "for e in p:\n        e['kind'] == 'add'",
        "for e in p:\n        e.get('kind') == 'add'",
        "for kind, n in p:\n        kind in KINDS",
        "for kind, n in p:\n        match kind:\n            case 'add': pass",
    ],
)
def test_fields_are_compared_with_texts(line: str) -> None:
    found = clues_of(f"KINDS = ['add']\ndef f(p):\n    {line}").fields
    assert found["kind"] == ("add",)
    assert found.get("0", ("add",)) == ("add",)
