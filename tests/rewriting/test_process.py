"""The process that changes sources: a hostile task costs its own answer and no other."""

from __future__ import annotations

import json

import pytest

from pytest_athena_dreams.dreaming.tasks import Task
from pytest_athena_dreams.rewriting.process import Lost, ask
from tests.dreaming.subjects import ITEMS, encoded, subject

WORKSHOP = "pytest_athena_dreams.dreaming.workshop"
HOSTILE = {
    "brackets": "x = " + "(" * 20_000,
    "indentation": "\n".join(" " * depth + "if x:" for depth in range(200)),
    "operators": "def f(x):\n    return " + "-" * 20_000 + "x\n",
    "calls": "def f(x):\n    return " + "f(" * 5_000 + "x" + ")" * 5_000 + "\n",
    "attributes": "def f(x):\n    return x" + ".a" * 12_000 + "\n",
    "sums": "def f(x):\n    return x" + " + x" * 12_000 + "\n",
    "elifs": "def f(x):\n    if x:\n        pass\n" + "    elif x:\n        pass\n" * 1_500,
    "a megabyte": "x = 1\n" * 200_000,
    "NUL": "def f(x):\n    return x\0\n",
    "surrogate": "def f(x):\n    return '\ud800'\n",
    "no Python": "I am sorry, I can't do that.",
    "no function": "x = 1\n",
    "nothing": "",
    "form feed": "\x0cdef f(x):\n\x0c    return x\n",
    "tabs": "def f(x):\n\tif x:\n\t\treturn 1\n\treturn 2\n",
    "line ends": "def f(x):\r\n    for y in x:\r        pass\r\n    return x\r",
    "semicolons": "def f(x): a = 1; b = 2; return x[a] + x[b]\n",
    "byte order mark": "\ufeffdef f(x):\n    return x[0]\n",
}


def test_a_hostile_source_costs_no_other_its_answer() -> None:
    good = subject(ITEMS)
    subjects = [one for code in HOSTILE.values() for one in (subject(code), good)]
    tasks = [encoded(one, "iterables") for one in subjects]
    answers = list(ask(WORKSHOP, tasks))
    assert len(answers) == len(tasks)
    for answer in answers[1::2]:
        assert not isinstance(answer, Lost)
        assert len(json.loads(answer)["made"]) == 1
    for name, answer in zip(HOSTILE, answers[::2], strict=True):
        assert isinstance(answer, Lost) or not json.loads(answer)["faults"], name


def test_a_task_that_is_no_json_is_lost_alone() -> None:
    good = encoded(subject(ITEMS), "iterables")
    first, second, third = ask(WORKSHOP, [good, b"no json", good])
    assert first == third
    assert second is Lost.CRASHED


@pytest.mark.parametrize("number", [0, 1, 51])
def test_there_is_one_answer_for_each_task(number: int) -> None:
    task = encoded(subject(ITEMS), "iterables")
    assert len(set(ask(WORKSHOP, [task] * number))) == min(number, 1)


def test_the_tasks_are_lines() -> None:
    assert b"\n" not in encoded(subject("def f():\n    pass\n"))
    assert Task.__struct_fields__ == ("subject", "transforms", "partners", "pieces")
