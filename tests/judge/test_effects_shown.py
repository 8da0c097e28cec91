"""How differing effects read: a summary, both sides on a line each, and line by line."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.judge.asked import request_words, requests_shown
from pytest_athena_dreams.judge.contrast import as_lines, contrast
from pytest_athena_dreams.judge.leavings import files_shown, leavings_words
from pytest_athena_dreams.worlds import Changes, Entry, Request

DATABASE = (
    "SQLite database, user version 0\nBEGIN TRANSACTION;\nCREATE TABLE facts (key TEXT);\n{}COMMIT;".format
)


def command(text: str) -> Request:
    return Request(words=tuple(text.split()))


@pytest.mark.parametrize(
    ("wanted", "asked", "summary"),
    [
        ("git add -A", "git commit -a -m x", "ran `git commit -a -m x`, not `git add -A`"),
        ("git push origin", "git push", "ran `git push`, not `git push origin`: without origin"),
        (
            "git push -f a",
            "git push a -n",
            "ran `git push a -n`, not `git push -f a`: without -f and with -n",
        ),
    ],
)
def test_words_of_two_commands_are_compared_if_most_are_the_same(
    wanted: str, asked: str, summary: str
) -> None:
    pair = command(wanted), command(asked)
    assert request_words(pair[:1], pair[1:], [pair])[0] == summary


def test_requests_are_shown_line_by_line() -> None:
    sides = [[command("git status"), command("git add -A")], [command("git status"), command("git push")]]
    assert contrast(*map(requests_shown, sides)) == ("  `git status`", "- `git add -A`", "+ `git push`")


def test_files_are_shown_line_by_line() -> None:
    wanted: Changes = {"a.txt": Entry(content=b"one\ntwo\n")}
    got: Changes = {"a.txt": Entry(content=b"one\nthree", mode=0o600)}
    assert contrast(*files_shown(wanted, got, ["a.txt"])) == (
        "- a.txt:",
        "+ a.txt (mode 0600):",
        "    one",
        "-   two",
        "+   three",
        "+   (no newline at the end)",
    )
    assert contrast(*files_shown(wanted, {}, ["a.txt"]))[:2] == ("- a.txt:", "+ a.txt: unchanged")


def test_a_database_is_shown_by_its_rows() -> None:
    rows = [f"INSERT INTO \"facts\" VALUES('{name}');\n" for name in "ab"]
    wanted: Changes = {"m.db": Entry(content=DATABASE("".join(rows)).encode())}
    got: Changes = {"m.db": Entry(content=DATABASE(rows[0]).encode())}
    assert leavings_words(wanted, got, ["m.db"]) == (
        "left other files behind: m.db",
        "m.db: a SQLite database: facts ('a') ('b')",
        "m.db: a SQLite database: facts ('a')",
    )
    shown = contrast(*files_shown(wanted, got, ["m.db"]))
    assert [line for line in shown if line[0] != " "] == ["-   INSERT INTO \"facts\" VALUES('b');"]
    assert not any("TRANSACTION" in line for line in shown)


def test_what_can_not_be_printed_is_escaped() -> None:
    assert as_lines("ä\x1b[2J\n\u202eb") == ["ä\\x1b[2J", "\\u202eb"]
