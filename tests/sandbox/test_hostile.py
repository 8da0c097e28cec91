"""Every hostile dream against every jail that this machine can make, as this user and as a plain one.

All checks are made outside the jail: no secret got out, no file changed, no socket was reached, no process
was harmed or left, the next dream ran unharmed, and the attack ended in a known way.

A mode with one layer otherwise is not tried again with attacks that no layer has a part in.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from pytest_athena_dreams.errors import SandboxError
from pytest_athena_dreams.sandbox.attacks.attack import Attack
from pytest_athena_dreams.sandbox.attacks.run import ATTACKS, AttackResult, attempt
from pytest_athena_dreams.sandbox.attacks.surroundings import Surroundings
from pytest_athena_dreams.sandbox.client import Sandbox
from pytest_athena_dreams.sandbox.policy import MIB, WORLD_BYTES, Policy, SandboxMode

from .conftest import SMALL, root_only
from .plain import WITH_WORLDS, PlainUser

MODES = {
    "landlock": Policy(mode=SandboxMode.LANDLOCK, limits=SMALL),
    "bwrap": Policy(mode=SandboxMode.BWRAP, limits=SMALL),
    "srt": Policy(mode=SandboxMode.SRT, limits=SMALL),
}
VARIANTS = {
    "landlock of 2021": Policy(mode=SandboxMode.LANDLOCK, limits=SMALL, landlock_abi=1),
    "scratch": Policy(mode=SandboxMode.LANDLOCK, limits=SMALL, scratch=MIB),
    "bwrap without landlock": Policy(mode=SandboxMode.BWRAP, limits=SMALL, without=frozenset({"landlock"})),
}
"""Modes with one layer otherwise."""
WORLDS = {
    name: replace(policy, scratch=WORLD_BYTES, acts=True)
    for name, policy in {**MODES, "landlock of 2021": VARIANTS["landlock of 2021"]}.items()
}
"""Modes in which each call has a file tree of its own, in which more is allowed."""
FAST = "landlock"
UNLAYERED = {"posing", "forging", "serialising", "limits", "printing"}
"""Groups of attacks by what a child says and uses up: parent and rlimits bound that, in every mode."""

PLAIN = (*MODES, *(f"{name}{WITH_WORLDS}" for name in MODES))
"""Modes as a plain user has them."""
ACTS_ALLOW = (
    "write into the working folder",
    "lock a file that others read",
    "lock a part of a file that others read",
    "a hole of the largest size in the output",
)
"""Attacks that end otherwise in a world: it has its own files, larger ones, and locks that lock nothing."""
ANSWERED = (
    *("TCP", "TCP without a name", "TCP Fast Open", "look up a name", "raw packets"),
    *("posix_spawn", "a shell", "sleep", "sleep with a clock that stands still"),
)
"""Attacks that a world answers by itself: they end in another way, and still reach nothing."""
SCRATCH_ALLOWS = ("write into the working folder",)
"""Attacks that are none where a dream has a folder to write in."""


def test_there_are_enough_attacks_and_each_has_its_own_name() -> None:
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names) >= 70


def jails(policies: Mapping[str, Policy]) -> pytest.MarkDecorator:
    """Run with each jail; those that are not the default one are marked, so that they can be left out."""
    params = [
        pytest.param(policy, id=name, marks=() if name == FAST else pytest.mark.slow)
        for name, policy in policies.items()
    ]
    return pytest.mark.parametrize("jail", params, indirect=True, scope="session")


def attacks(chosen: Sequence[Attack]) -> pytest.MarkDecorator:
    """Run with each attack."""
    return pytest.mark.parametrize("attack", chosen, ids=lambda attack: attack.name)


@pytest.fixture(scope="session")
def jail(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, Surroundings]]:
    """One jail after the other, and what the attacks go for; the default one lean, as most dreams have it."""
    lean = request.param is MODES[FAST]
    with Surroundings() as surroundings, Sandbox(request.param, lean=lean) as sandbox:
        try:
            sandbox.layers()
        except SandboxError as exc:
            pytest.skip(str(exc))
        yield sandbox, surroundings


@attacks(ATTACKS)
@jails(MODES)
def test_the_jail_holds(jail: tuple[Sandbox, Surroundings], attack: Attack) -> None:
    assert_held(attempt(*jail, attack))


@attacks([attack for attack in ATTACKS if attack.group not in UNLAYERED])
@jails(VARIANTS)
def test_the_jail_holds_with_a_layer_otherwise(jail: tuple[Sandbox, Surroundings], attack: Attack) -> None:
    sandbox, surroundings = jail
    if sandbox.policy.scratch and attack.name in SCRATCH_ALLOWS:
        pytest.skip("allowed in scratch space")
    assert_held(attempt(sandbox, surroundings, attack))


@attacks([a for a in ATTACKS if a.group not in UNLAYERED - {"limits"} and a.name not in ACTS_ALLOW])
@jails(WORLDS)
def test_the_jail_holds_with_worlds(jail: tuple[Sandbox, Surroundings], attack: Attack) -> None:
    assert_held_in_a_world(attempt(*jail, attack))


@attacks([attack for attack in ATTACKS if attack.group not in UNLAYERED])
@jails({FAST: MODES[FAST]})
def test_the_jail_holds_where_nobody_answers_its_filter(
    jail: tuple[Sandbox, Surroundings], attack: Attack
) -> None:
    assert_held(attempt(*jail, attack, heard=False))


@root_only
@attacks(ATTACKS)
@pytest.mark.parametrize(
    "mode",
    [pytest.param(n, marks=() if n == FAST else pytest.mark.slow) for n in PLAIN],
    scope="session",
)
def test_the_jail_holds_for_a_plain_user(plain_user: PlainUser, mode: str, attack: Attack) -> None:
    if mode.endswith(WITH_WORLDS) and attack.name in ACTS_ALLOW:
        pytest.skip("allowed in a world")
    check = assert_held_in_a_world if mode.endswith(WITH_WORLDS) else assert_held
    check(plain_user.attacked(mode)[attack.name])


def assert_held_in_a_world(result: AttackResult) -> None:
    if result.name in ANSWERED:
        assert not result.harm, result.harm
    else:
        assert_held(result)


def assert_held(result: AttackResult) -> None:
    assert result.held, (
        f"{result.got}, expected {result.expected}; {', '.join(result.harm) or 'no harm seen'}"
    )


@pytest.fixture(scope="session")
def plain_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainUser]:
    """A user without rights, who can read this package."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with PlainUser(shared / "plain-user", PLAIN) as user:
        yield user
