"""What a procedure does to files is compared, where nothing of it shows in the returned value."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Category, Contract, Dream, Outcome, Procedure, Verdict
from pytest_athena_dreams.sandbox.client import SandboxPair
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine

ROTATE = """
import os
def rotate(path: str) -> bool:
    if not os.path.exists(path):
        return False
    os.rename(path, path + ".1")
    {after}
    return True
"""
RIGHT = """
import os, tempfile
def rotate(path: str) -> bool:
    if not os.path.exists(path):
        return False
    descriptor, spare = tempfile.mkstemp()
    os.close(descriptor)
    try:
        os.replace(path, f"{path}.1")
    finally:
        os.unlink(spare)
    return True
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    pair = SandboxPair(Policy())
    works = pair.acts()
    pair.close()
    if not works:
        pytest.skip("no Landlock here, which worlds need")
    settings = Settings(max_examples=30, shrink_time=1.0, evidence="off", effects="auto")
    with Engine(settings, Policy()) as engine:
        yield engine


def verdict(engine: Engine, code: str) -> Verdict:
    procedure = Procedure(id=1, name="rotate", code=ROTATE.format(after="pass"))
    dream = Dream(id=1, code=code, dream_type="x", procedure=procedure, contract=Contract.EQUIVALENT)
    return engine.test(dream)


def test_other_means_to_the_same_files_pass(engine: Engine) -> None:
    assert verdict(engine, RIGHT).outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    "after",
    ["open(path, 'w').close()", "open('rotated', 'w').close()", "os.chmod(path + '.1', 0o400)"],
    ids=["file-left", "one-more-file", "mode"],
)
def test_other_files_fail_with_the_smallest_world(engine: Engine, after: str) -> None:
    found = verdict(engine, ROTATE.format(after=after))
    assert (found.outcome, found.category) == (Outcome.FAILURE, Category.LOGIC)
    assert found.faults[0].summary.startswith("left other files behind: ")
    assert found.faults[0].world in {(f"{name}: empty",) for name in ("a.1", "a.txt", "data/b.1")}


def test_pure_code_has_no_world(engine: Engine) -> None:
    procedure = Procedure(id=2, name="f", code="def f(n: int) -> int:\n    return n + 1\n")
    reference = engine.reference(procedure)
    assert not reference.source.acts
    assert all(arguments.world is None for arguments in reference.pool.inputs.values())
