"""What counts of an exception beside its type: not how its library held a connection."""

from __future__ import annotations

from msgspec import structs

from pytest_athena_dreams.judge.attributes import attributes
from pytest_athena_dreams.models import Canonical, Observation
from tests.judge.test_verdict import raised


def failed(status: int, pool: Canonical) -> Observation:
    response: Canonical = [
        "object",
        "requests.models.Response",
        [["status_code", status], ["connection", pool]],
    ]
    error: Canonical = ["exception", "requests.exceptions.HTTPError", None, [], [["response", response]]]
    return structs.replace(raised(OSError), value=error)


def test_of_a_response_its_status_counts_and_its_connection_does_not() -> None:
    assert attributes(failed(404, [1]), messages=False) == attributes(failed(404, None), messages=False)
    assert attributes(failed(404, [1]), messages=False) != attributes(failed(500, [1]), messages=False)
