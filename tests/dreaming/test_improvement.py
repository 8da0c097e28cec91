"""When a dream is better than its procedure."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_athena_dreams.dreaming.improvement import FASTER, Gain, gain, size

BASE = "def f(x):\n    y = []\n    for part in x:\n        y.append(part + 1)\n    return y\n"
SHORT = "def f(x):\n    return [part + 1 for part in x]\n"


def found(**more: Any) -> Gain:
    row: dict[str, Any] = {
        "passed": 1,
        "contract": "superset",
        "code": BASE,
        "base": BASE,
        "effectiveness": 1.0,
        "widened": None,
        "diverged": None,
    }
    return gain(row | more)


@pytest.mark.parametrize(
    ("more", "better"),
    [
        ({}, Gain()),
        ({"widened": 0.0}, Gain()),
        ({"widened": 0.4}, Gain(widened=0.4)),
        ({"effectiveness": FASTER - 0.01}, Gain()),
        ({"effectiveness": FASTER}, Gain(speed=FASTER)),
        ({"effectiveness": None}, Gain()),
        ({"widened": 0.4, "passed": 0}, Gain()),
        ({"effectiveness": 9.0, "contract": "free"}, Gain()),
        ({"effectiveness": 9.0, "contract": "compatible", "diverged": 0.1}, Gain()),
        ({"effectiveness": 9.0, "contract": "compatible", "diverged": 0.0}, Gain(speed=9.0)),
        ({"effectiveness": 9.0, "base": None}, Gain()),
    ],
)
def test_what_counts(more: dict[str, Any], better: Gain) -> None:
    assert found(**more) == better
    assert bool(found(**more)) is (better != Gain())


def test_shorter_is_fewer_nodes_of_syntax() -> None:
    own, base = size(SHORT), size(BASE)
    assert own is not None
    assert base is not None
    assert found(code=SHORT) == Gain(size=own / base)
    assert found(code=BASE.replace("y", "z")) == Gain()
    assert found(code="def f(x") == Gain()
    assert found(code=BASE, base='def f(x):\n    """Long."""\n' + BASE.partition("\n")[2]) == Gain()
