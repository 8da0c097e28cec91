"""Requests to a world are compared in order for each target, and the difference is put into words."""

from __future__ import annotations

import pytest

from pytest_athena_dreams.judge.asked import Order, differing_requests, request_words, steady_order
from pytest_athena_dreams.worlds import Entry, Request


def run(line: str, **more: object) -> Request:
    return Request(words=tuple(line.split()), **more)  # type: ignore[arg-type]


def commands(*lines: str) -> list[Request]:
    return [run(line) for line in lines]


def summary(expected: list[Request], got: list[Request]) -> str:
    pairs = differing_requests(expected, got, Order.PER_TARGET)
    return request_words(expected, got, pairs)[0] if pairs else ""


@pytest.mark.parametrize(
    ("expected", "got", "text"),
    [
        (commands("ruff a", "mypy a"), commands("mypy a", "ruff a"), ""),
        (
            commands("git fetch", "git push"),
            commands("git push", "git fetch"),
            "ran `git push` before `git fetch`",
        ),
        (
            commands("git push --lease x"),
            commands("git push --force x"),
            "ran `git push --force x`, not `git push --lease x`: without --lease and with --force",
        ),
        (commands("git stash", "git pop"), commands("git stash"), "did not run `git pop`"),
        (commands("git a", "git b", "git c"), commands("git a", "git c"), "did not run `git b`"),
        (commands("git a", "git c"), commands("git a", "git b", "git c"), "also ran `git b`"),
        (commands("poll"), commands("poll", "poll"), "also ran again `poll`"),
        (
            [run("up", details={"TAG": "1"})],
            [run("up")],
            "ran `up` with another environment: TAG is unchanged, not '1'",
        ),
        ([run("up", folder="a")], [run("up")], "ran `up` in ., not in a"),
        ([run("cat", body="a")], [run("cat", body="b")], "ran `cat` with another input: 'b', not 'a'"),
        (
            [run("add f", sees={"f": Entry(content=b"1")})],
            [run("add f")],
            "ran `add f` while f was unchanged; for the procedure it held '1'",
        ),
    ],
)
def test_a_difference_reads_as_what_is_wrong(expected: list[Request], got: list[Request], text: str) -> None:
    assert summary(expected, got) == text


def test_order_that_varies_is_not_compared() -> None:
    first, second = commands("git a", "git b"), commands("git b", "git a")
    assert steady_order(first, first) == (Order.TOTAL, False)
    assert steady_order(first, second) == (Order.FREE, False)
    assert steady_order(first, commands("git c", "git b")) == (Order.NOTHING, False)
    assert not differing_requests(first, second, Order.FREE)


@pytest.mark.parametrize(
    ("got", "orders"),
    [
        (commands("git a", "git b", "make"), {Order.NOTHING, Order.FREE, Order.PER_TARGET, Order.TOTAL}),
        (commands("make", "git a", "git b"), {Order.NOTHING, Order.FREE, Order.PER_TARGET}),
        (commands("git b", "git a", "make"), {Order.NOTHING, Order.FREE}),
        (commands("git a", "make"), {Order.NOTHING}),
    ],
)
def test_what_counts_of_the_order(got: list[Request], orders: set[Order]) -> None:
    wanted = commands("git a", "git b", "make")
    assert {order for order in Order if not differing_requests(wanted, got, order)} == orders


def test_what_a_database_holds_when_a_command_runs_is_not_compared() -> None:
    seen = [[run("tar", sees={"d": Entry(content=b"SQLite format 3\0" + end)})] for end in (b"1", b"2")]
    assert not summary(*seen)


def sent(method: str, url: str = "http://h/x", **more: object) -> Request:
    return Request(kind="http", words=(method, url), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expected", "got", "text"),
    [
        ([sent("GET")], [sent("GET"), sent("GET", "http://h/y")], ""),
        ([sent("GET"), sent("POST")], [sent("POST")], ""),
        ([sent("POST", "http://a/"), sent("PUT")], [sent("PUT"), sent("POST", "http://a/")], ""),
        (
            [sent("GET", details={"x": "1"})],
            [sent("GET")],
            "sent `GET http://h/x` with another header: x is missing, not '1'",
        ),
        ([sent("POST")], [sent("POST"), sent("POST")], "also sent again `POST http://h/x`"),
        ([sent("POST")], [], "did not send `POST http://h/x`"),
        (
            [sent("POST")],
            [sent("PUT")],
            "sent `PUT http://h/x`, not `POST http://h/x`: without POST and with PUT",
        ),
        (
            [sent("POST", body='{"a": 1}')],
            [sent("POST", body='{"b": 1}')],
            """sent `POST http://h/x` with another body: '{"b": 1}', not '{"a": 1}'""",
        ),
    ],
)
def test_requests_that_change_something_are_compared(
    expected: list[Request], got: list[Request], text: str
) -> None:
    assert summary(expected, got) == text


def test_what_only_reads_reads_from_known_hosts() -> None:
    one = Request(kind="http", words=("GET", "https://a.example/x?y=1"))
    assert not differing_requests([], [one], Order.PER_TARGET)
    assert not differing_requests([], [one], Order.PER_TARGET, hosts={"a.example"})
    assert differing_requests([], [one], Order.PER_TARGET, hosts={"b.example"}) == [(None, one)]


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        (
            "git checkout -b work-3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "git checkout -b work-" + "0" * 36,
            False,
        ),
        (
            "git checkout -b work-3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "git checkout -b work-9b2d7c1e-0a3f-4c88-8e21-6f0d5a4b3c2d",
            True,
        ),
        ("cp a.txt tmpab12cd34", "cp a.txt tmpzz_9x8y7", True),
        ("git push origin", "git push upstream", False),
        ("git tag build-17", "git tag build-18", True),
    ],
)
def test_what_looks_drawn_can_be_left_out(first: str, second: str, alike: bool) -> None:
    pair = commands(first), commands(second)
    assert (not differing_requests(*pair, Order.PER_TARGET, drawn=True)) is alike
    assert differing_requests(*pair, Order.PER_TARGET)
