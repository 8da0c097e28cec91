"""Text that libraries read: a grammar for each kind, with the pieces that the source names in it.

The words of a grammar are few, so that parts meet: a path leads back, a name comes twice, a host has a
default port. About one text in four is not quite right on its own; ``mutation`` spoils more of them.
"""

from __future__ import annotations

import base64
import csv
import datetime
import io
import json
import string
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from .weights import weighted

Texts = st.SearchStrategy[str]

WORDS = ("a", "b", "ab", "x", "id", "name", "Data", "é")
"""Words of all grammars, beside the pieces of the source."""
_NUMBER_TEXTS = (
    "0", "1", "2", "10", "12", "100", "-1", "+5", "007", "1.5", "0.125", "-0", "1e3", "1,000", "1,234.5",
    "1_000", "(2)", " 7", "3 ", "0x1f", "²", "٣", ".5", "5.", "nan", "inf", "-", "",
)  # fmt: skip
_COUNTS = st.integers(0, 12).map(str)


def words(pieces: Sequence[str]) -> Texts:
    """A short word, or a piece of the source that could be one."""
    own = [piece for piece in pieces if 0 < len(piece) <= 20 and not any(c.isspace() for c in piece)]
    choices = [st.sampled_from(WORDS)]
    return weighted((1, choices[0]), (2, st.sampled_from(own))) if own else choices[0]


def numbers() -> Texts:
    """A number as people and programs write it, or nearly so."""
    return st.one_of(
        _COUNTS,
        st.builds("{}{}".format, st.sampled_from(["", "", " ", "+", "0"]), st.integers(-1000, 100_000)),
        st.decimals(-100, 1000, places=2).map(str),
        st.sampled_from(_NUMBER_TEXTS),
    )


def _joined(parts: Texts, between: Texts | str, least: int = 1, most: int = 3) -> Texts:
    if isinstance(between, str):
        return st.lists(parts, min_size=least, max_size=most).map(between.join)
    return st.builds(
        lambda found, sep: sep.join(found), st.lists(parts, min_size=least, max_size=most), between
    )


def _concatenated(*parts: Texts) -> Texts:
    return st.tuples(*parts).map("".join)


def _maybe(part: Texts) -> Texts:
    return st.one_of(st.just(""), part)


def urls(pieces: Sequence[str]) -> Texts:
    word = words(pieces)
    scheme = st.sampled_from(["http://", "https://", "HTTP://", "ftp://", "//", "mailto:", ""])
    own = [f"{p}://" for p in pieces if p.isalpha() and p.islower() and 2 < len(p) < 7]
    scheme = st.one_of(scheme, st.sampled_from(own)) if own else scheme
    login = st.sampled_from(["", "", "", "me@", "me:pw@", "me:@"])
    host = st.sampled_from(
        ["example.com", "Example.COM", "a.example.com", "localhost", "127.0.0.1", "[::1]", ""]
    )
    ports = sorted({p for p in pieces if p.isdigit()} | {"80", "443", "8080", "21"})
    port = st.one_of(st.just(""), st.sampled_from(ports).map(":{}".format))
    segment = st.one_of(word, st.sampled_from(["..", ".", "", "a%20b", "x.html"]))
    path = _maybe(st.lists(segment, max_size=3).map(lambda found: "/" + "/".join(found)))
    value = st.one_of(word, _COUNTS, st.sampled_from(["", "a%20b", "a+b", "%C3%A9", "x=y"]))
    pair = st.one_of(
        st.builds("{}={}".format, word, value), st.builds("{}{}={}".format, word, word, value), word
    )
    query = _maybe(st.lists(pair, max_size=4).map(lambda found: "?" + "&".join(found)))
    fragment = st.sampled_from(["", "", "#", "#top"])
    return _concatenated(scheme, login, host, port, path, query, fragment)


def queries(pieces: Sequence[str]) -> Texts:
    word = words(pieces)
    return _joined(st.builds("{}={}".format, word, st.one_of(word, st.just(""))), "&")


def paths(pieces: Sequence[str]) -> Texts:
    part = st.one_of(
        st.sampled_from(["a", "b", "ab", "a.b", "..", ".", "", "x.TXT", "x.tar.gz", ".hidden", "~"]),
        words([piece for piece in pieces if len(piece) < 12]),
    )
    inner = st.lists(part, max_size=4).map("/".join)
    return _concatenated(
        st.sampled_from(["", "", "/", "./", "../", "//"]), inner, st.sampled_from(["", "", "/"])
    )


def dates(formats: Sequence[str]) -> Texts:
    """Dates and times, in the formats of the source and of ISO 8601."""
    moments = st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2060, 1, 1)).map(
        lambda at: at.replace(microsecond=0)
    )
    early = st.builds(
        lambda at, day: at.replace(day=day), moments, st.integers(1, 12)
    )  # a day that may be a month
    some = st.one_of(moments, early)
    iso = st.one_of(
        some.map(lambda at: at.date().isoformat()),
        some.map(lambda at: at.isoformat()),
        some.map(lambda at: at.strftime("%Y%m%d")),
        st.builds(
            lambda at, zone: at.isoformat() + zone, some, st.sampled_from(["Z", "+00:00", "-05:30", "+0100"])
        ),
        st.sampled_from(
            ["2024-02-29", "2023-02-29", "2024-12-31", "2024-01-01", "2020-W01-1", "12:30", "24:00"]
        ),
    )
    if not formats:
        return iso
    own = st.builds(_rendered, some, st.sampled_from(list(formats)), st.booleans())
    return weighted((3, own), (1, iso))


def _rendered(at: datetime.datetime, form: str, bare: bool) -> str:
    """A date in a format; ``bare`` without the zeros that pad its numbers."""
    if at.year < 1000:
        at = at.replace(year=2000)
    if not bare:
        return at.strftime(form)
    for directive, number in (("%d", at.day), ("%m", at.month), ("%H", at.hour)):
        form = form.replace(directive, str(number))
    return at.strftime(form)


def tables(pieces: Sequence[str]) -> Texts:
    """CSV with a header: quoted cells, short and long rows, another delimiter at times."""
    name = words(pieces)
    cell = st.one_of(numbers(), words(()), st.sampled_from(["", " ", 'say "hi"', "a,b", "a\nb", " x "]))

    def written(header: list[str], rows: list[list[str]], delimiter: str) -> str:
        file = io.StringIO()
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerows([header, *rows])
        return file.getvalue()

    return st.integers(1, 3).flatmap(
        lambda width: st.builds(
            written,
            st.lists(name, min_size=width, max_size=width),
            st.lists(
                st.one_of(
                    st.lists(cell, min_size=width, max_size=width), st.lists(cell, min_size=1, max_size=4)
                ),
                max_size=4,
            ),
            st.sampled_from([",", ",", ",", ";", "\t"]),
        )
    )


def documents(pieces: Sequence[str]) -> Texts:
    """JSON."""
    key = words(pieces)
    leaf = st.one_of(
        st.none(), st.booleans(), st.integers(-9, 99), st.floats(-9, 9).map(lambda x: round(x, 2)), key
    )
    tree = st.recursive(
        leaf,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(key, inner, max_size=3)),
        max_leaves=6,
    )
    return st.builds(lambda value, indent: json.dumps(value, indent=indent), tree, st.sampled_from([None, 2]))


def sections(pieces: Sequence[str]) -> Texts:
    """Configuration: sections, keys with ``=`` or ``:``, comments, continued lines."""
    word = words(pieces)
    value = st.one_of(
        word, numbers(), st.sampled_from(["", "yes", "off", "a ; b", "%(a)s", "a\n  b", "[1, 2]"])
    )
    line = st.one_of(
        st.builds("{}{}{}".format, word, st.sampled_from([" = ", "=", ": "]), value),
        st.sampled_from(["# note", "; note", ""]),
    )
    section = st.builds(
        lambda name, lines: "\n".join([f"[{name}]", *lines]), word, st.lists(line, max_size=4)
    )
    return _joined(section, "\n")


def commands(pieces: Sequence[str]) -> Texts:
    """Words of a shell: quotes, escapes, options, comments."""
    word = words(pieces)
    token = st.one_of(
        word,
        st.builds("--{}".format, word),
        st.builds("--{}={}".format, word, st.one_of(word, st.sampled_from(["", "a=b", "'x y'"]))),
        st.builds("--no-{}".format, word),
        st.builds("-{}{}".format, st.sampled_from("anvx"), st.one_of(st.just(""), _COUNTS)),
        st.builds("'{} {}'".format, word, word),
        st.builds('"{} {}"'.format, word, word),
        st.sampled_from(["--", "-", "#c", "a\\ b", "''", "a#b", "$HOME", "*", "|", "&&", ">"]),
    )
    return _joined(token, st.sampled_from([" ", " ", "  ", "\n"]), 0, 5)


def mails(pieces: Sequence[str]) -> Texts:
    address = st.sampled_from(
        ["a@example.com", "Al B <a@example.com>", '"B, A" <b@x.org>', "a@b", "a+t@x.co", "@x"]
    )
    header = st.one_of(
        st.builds(
            "{}: {}".format,
            st.sampled_from(["From", "To", "Cc", "subject", "X-A"]),
            st.one_of(address, words(pieces)),
        ),
        st.sampled_from(["Date: Mon, 01 Jan 2024 10:00:00 +0100", "Content-Type: text/plain; charset=utf-8"]),
    )
    message = st.builds(
        lambda head, body: "\n".join([*head, "", body]), st.lists(header, max_size=4), words(pieces)
    )
    return st.one_of(address, _joined(address, ", "), message)


def pages(pieces: Sequence[str]) -> Texts:
    """HTML or XML: elements with attributes, entities, comments, tags left open."""
    name = st.sampled_from(["a", "b", "p", "li", "br", "P"])
    attribute = st.sampled_from(["", "", ' href="x"', " id='a'", " class=c", ' title="a &amp; b"'])
    inner = st.one_of(
        words(pieces),
        st.sampled_from(["&lt;", "&amp;", "&#39;", "&nbsp;", "a & b", "<!-- c -->", "<br/>", " "]),
    )
    element = st.recursive(
        inner,
        lambda part: st.builds(
            lambda tag, given, parts, end: f"<{tag}{given}>{''.join(parts)}{end.format(tag)}",
            name,
            attribute,
            st.lists(part, max_size=3),
            st.sampled_from(["</{}>", "</{}>", "</{}>", ""]),
        ),
        max_leaves=5,
    )
    return _joined(element, "")


def addresses(_: Sequence[str]) -> Texts:
    """IP addresses, networks, ranges."""
    address = st.one_of(
        st.ip_addresses().map(str),
        st.sampled_from(
            [
                "127.0.0.1",
                "10.0.0.1",
                "192.168.1.255",
                "::1",
                "fe80::1%eth0",
                "256.1.1.1",
                "1.2.3",
                "::ffff:1.2.3.4",
            ]
        ),
    )
    return st.one_of(
        address,
        st.builds("{}/{}".format, address, st.integers(0, 33)),
        _joined(address, st.sampled_from([",", "-", " "]), 2, 2),
    )


def versions(_: Sequence[str]) -> Texts:
    release = st.lists(st.one_of(_COUNTS, st.sampled_from(["0", "01", "10"])), min_size=1, max_size=4).map(
        ".".join
    )
    after = st.sampled_from(
        ["", "", "", "a1", "b2", "rc1", "-rc.1", ".dev3", ".post1", "+local", "-alpha", "-1"]
    )
    return _concatenated(st.sampled_from(["", "", "v", "=="]), release, after)


def _literals(pieces: Sequence[str]) -> Texts:
    leaf = st.one_of(st.none(), st.booleans(), st.integers(-9, 99), words(pieces))
    tree = st.recursive(
        leaf,
        lambda part: st.one_of(
            st.lists(part, max_size=3),
            st.tuples(part, part),
            st.dictionaries(st.sampled_from("ab"), part, max_size=2),
        ),
        max_leaves=5,
    )
    return tree.map(repr)


def _templates(pieces: Sequence[str]) -> Texts:
    form = st.sampled_from(["{%s}", "$%s", "${%s}", "%%(%s)s", "{{%s}}", "{%s!r}", "{%s:>4}", "{%s"])
    part = st.one_of(
        st.builds(lambda shape, word: shape % word, form, words(pieces)),
        words(pieces),
        st.sampled_from(["$$", "{{", "}}", "{}", "{0}", "%s"]),
    )
    return _joined(part, st.sampled_from(["", " "]))


def _lines(pieces: Sequence[str]) -> Texts:
    line = st.one_of(_joined(words(pieces), " ", 0, 4), st.sampled_from(["", "  a", "\ta", "a ", "- b"]))
    return _joined(line, st.sampled_from(["\n", "\n", "\n\n", "\r\n"]), 0, 4)


_HEX = st.binary(max_size=6)
_GRAMMARS: dict[str, Callable[[Sequence[str]], Texts]] = {
    "url": urls,
    "path": paths,
    "csv": tables,
    "json": documents,
    "ini": sections,
    "shell": commands,
    "email": mails,
    "html": pages,
    "ip": addresses,
    "version": versions,
    "literal": _literals,
    "template": _templates,
    "lines": _lines,
    "number": lambda _: numbers(),
    "uuid": lambda _: st.uuids().map(str),
    "hex": lambda _: st.builds(
        lambda data, sep: data.hex(sep) if sep else data.hex(), _HEX, st.sampled_from(["", " ", ":"])
    ),
    "base64": lambda _: _HEX.map(lambda data: base64.b64encode(data).decode()),
    "glob": lambda pieces: _joined(
        st.one_of(words(pieces), st.sampled_from(["*", "?", "[ab]", "[!a]", "."])), ""
    ),
}
GRAMMARS = frozenset({*_GRAMMARS, "date"})
"""The grammars that ``text_in`` knows."""


def text_in(grammar: str, pieces: Sequence[str], formats: Sequence[str]) -> Texts:
    """Text in a grammar, with ``pieces`` of the source as its words, and its ``formats`` for dates."""
    return dates(formats) if grammar == "date" else _GRAMMARS[grammar](pieces)


PLAIN_CHARACTERS = string.ascii_letters + string.digits + " _-.,"
