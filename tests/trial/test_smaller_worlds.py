"""A failure shows no part of its world that it does not need, whether it was drawn or is the user's own."""

from __future__ import annotations

import json

import msgspec

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.models import Category, Contract, Dream, Procedure
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.trial import Engine
from pytest_athena_dreams.trial.smaller_worlds import in_smaller_worlds
from pytest_athena_dreams.worlds import EMPTY, CommandAnswer, Entry, Reply, ServiceAnswer, World, planted
from tests.dreams import needs_worlds

JOBS = Reply(body=json.dumps([{"id": 1, "state": "done"}, {"id": 2, "state": "open"}]))
GIVEN = World(
    files=planted(
        [("docs/a.md", Entry(content=b"a\nb\n")), ("docs/b.md", Entry(age=7)), ("run", Entry(mode=0o755))]
    ).files,
    commands=(
        CommandAnswer(words=("git", "status"), outputs=(" M a.py\n M b.py\n", "")),
        CommandAnswer(words=("ls",)),
    ),
    absent=("docker",),
    services=(ServiceAnswer(method="GET", url="https://a.example/", replies=(JOBS, Reply(status=404))),),
    variables={"A": "1", "B": "2"},
    input="y\n",
    arguments=("--all",),
    clock=7.0,
)
COMMIT = """
import subprocess
def commit(message: str) -> bool:
    status = subprocess.run(["git", "status"], capture_output=True, text=True)
    if not status.stdout:
        return False
    subprocess.run(["git", "commit", "-m", message])
    return True
"""


def worlds(world: World) -> list[World]:
    found = [call.world for call in in_smaller_worlds(Arguments(args=(1,), world=world))]
    assert None not in found
    return [one for one in found if one is not None]


def size(world: World) -> int:
    return len(msgspec.msgpack.encode(world))


def test_each_step_leaves_something_out_and_all_of_them_everything() -> None:
    seen: set[str] = set()
    left = [GIVEN]
    while left:
        world = left.pop()
        smaller = worlds(world)
        assert (smaller == []) == (world == EMPTY)
        assert all(size(one) < size(world) for one in smaller)
        new = [one for one in smaller if repr(one) not in seen][:2]
        seen.update(map(repr, new))
        left += new
    assert repr(EMPTY) in seen


def test_a_folder_goes_with_what_is_in_it() -> None:
    assert {"run": Entry(mode=0o755)} in [one.files for one in worlds(GIVEN)]
    assert not any("docs/a.md" in one.files and "docs" not in one.files for one in worlds(GIVEN))


def test_answers_lose_keys_and_lines() -> None:
    found = worlds(GIVEN)
    bodies = {reply.body for one in found for service in one.services for reply in service.replies}
    assert {'[{"id": 1, "state": "done"}]', '[{"state": "done"}, {"id": 2, "state": "open"}]'} <= bodies
    assert " M b.py\n" in {output for one in found for c in one.commands for output in c.outputs}
    assert b"b\n" in {one.files["docs/a.md"].content for one in found if "docs/a.md" in one.files}


def test_the_user_s_world_is_left_out_of_a_failure_but_for_what_it_needs() -> None:
    needs_worlds()
    dream = Dream(
        id=1,
        code=COMMIT.replace('["git", "commit", ', '["git", "commit", "-a", '),
        dream_type="x",
        contract=Contract.SUPERSET,
        procedure=Procedure(id=1, name="commit", code=COMMIT),
    )
    settings = Settings(max_examples=30, evidence="off")
    with Engine(settings, Policy(), user_worlds=lambda _: GIVEN) as engine:
        verdict = engine.test(dream)
    assert verdict.category is Category.LOGIC
    (line,) = verdict.faults[0].world
    assert line in ("git status: prints ' M a.py\\n'", "git status: prints ' M b.py\\n'")
