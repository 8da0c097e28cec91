"""What a source shows of the documents that it parses."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.drawable import Document
from pytest_athena_dreams.source.documents import documents

NUMBER, TEXT = Document(kind="number"), Document(kind="text")


def obj(**keys: Document) -> Document:
    return Document(keys=keys)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("data['a']['b'] + 1 < 2", obj(a=obj(b=Document()))),
        ("data['a'] < 2", obj(a=NUMBER)),
        ("float(data.get('a', 0))", obj(a=NUMBER)),
        ("data['a'].strip()", obj(a=TEXT)),
        ("data['a'] == 'x'", obj(a=TEXT)),
        ("f\"{data['a']:5.1f}\"", obj(a=NUMBER)),
        ("for row in data: row['a']", Document(item=obj(a=Document()))),
        ("[row['a'] for row in data['rows']]", obj(rows=Document(item=obj(a=Document())))),
        ("sorted((v['n'] * 2, k) for k, v in data['m'].items())", obj(m=Document(value=obj(n=NUMBER)))),
        ("for n, row in enumerate(sorted(data)): int(row)", Document(item=NUMBER)),
        ("for v in data.values(): v['a']", Document(value=obj(a=Document()))),
        ("inner = data.get('a') or {}\ninner['b']", obj(a=obj(b=Document()))),
        ("def helper(data): return data['late']", obj(late=Document())),
        (
            "known = {row['a']: row for row in data}\nknown.get(x)['b'].strip()\nknown[x]['c']",
            Document(item=obj(a=Document(), b=TEXT, c=Document())),
        ),
    ],
)
def test_what_is_read_shows_the_shape(lines: str, expected: Document) -> None:
    assert documents(f"import json\ndata = json.loads(text)\n{lines}") == (expected,)


def test_what_a_host_answers_is_a_document() -> None:
    code = "import requests\nfor item in requests.get(url).json(): item['a'].lower()"
    assert documents(code) == (Document(item=obj(a=TEXT)),)


def test_each_document_has_its_format() -> None:
    code = "a = json.load(f)\na['x']\nb = tomllib.load(g)\nb['y']"
    assert [one.form for one in documents(code)] == ["json", "toml"]


@pytest.mark.parametrize("code", ["json.load(f)", "x = other(f)\nx['a']", "def f(:", ""])
def test_nothing_is_known_otherwise(code: str) -> None:
    assert documents(code) == ()


def test_a_document_that_holds_itself_has_an_end() -> None:
    (found,) = documents("data = json.load(f)\nwhile data: data = data['next']")
    assert set(found.keys) == {"next"}
