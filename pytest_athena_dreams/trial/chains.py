"""Worlds in which the procedure has been called before: what it left there meets its next call.

An entry that exists, a lock that is held, a database with rows: only the procedure's own code knows how to
make such files. Each call of a chain starts with what the call before it left, some time later.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from msgspec import structs

from ..inputs.arguments import Arguments
from ..inputs.pathlike import text_of_path
from ..inputs.pool import PoolSpec, draw_pool
from ..sandbox.runner import Runner
from ..signatures import ParameterKind, Signature
from ..worlds import EMPTY, Changes, Entry, World, planted

CHAINS = 3
"""Chains of calls, each with other arguments."""
_CHAIN_STEPS: tuple[tuple[int, float], ...] = (
    (0, 1.0), (1, 2.0), (0, 5_000.0), (2, 1.0), (3, 60.0), (1, 200_000.0), (0, 1.0),
)  # fmt: skip
"""The calls of a chain after its first: which arguments, and how many seconds later than the one before."""
_FEW = 3
"""Numbers up to it are small."""
_TAKES_NAME = ParameterKind.POSITIONAL_OR_KEYWORD, ParameterKind.KEYWORD_ONLY
_HISTORY_BYTES = 1 << 18
"""Maximum bytes of files to start a call with."""
_CALL_SECONDS = 0.5


def with_history(spec: PoolSpec, runner: Runner, paths: Collection[str]) -> PoolSpec:
    """``spec`` with calls that come after others, as examples; those of one chain share the ``paths``.

    Chains start with calls that leave something, as far as there are any.
    """
    drawn = list(draw_pool(replace(spec, size=4 * CHAINS, edges=frozenset(), candidates=0)).inputs.values())
    seen = runner.run([call.payload() for call in drawn], timeout=_CALL_SECONDS, patience=2)
    leaving = [bool(one.files) for one in seen] + [False] * (len(drawn) - len(seen))
    drawn = [call for _, call in sorted(zip(leaving, drawn, strict=True), key=lambda pair: not pair[0])]
    found: list[Arguments] = []
    for start in range(CHAINS):
        chain = [*drawn[start:], *drawn[:start]]
        if start:
            chain = [_with_small_numbers(call, spec.signature) for call in chain]
        found += _chain(spec, runner, paths, chain)
    return replace(spec, examples=(*spec.examples, *found)) if found else spec


def _chain(spec: PoolSpec, runner: Runner, paths: Collection[str], drawn: list[Arguments]) -> list[Arguments]:
    named = drawn[0].by_name(spec.signature)
    shared = {name: value for name, value in named.items() if name in paths}
    world = drawn[0].world or EMPTY
    found: list[Arguments] = []
    for number, later in ((0, 0.0), *_CHAIN_STEPS):
        if number >= len(drawn):
            continue
        call = drawn[number].replaced(spec.signature, shared)
        world = structs.replace(
            call.world or EMPTY, files=_aged(world.files, round(later)), clock=world.clock + later
        )
        call = replace(call, world=world)
        if found or later:
            found.append(call)
        (seen,) = runner.run([call.payload()], timeout=_CALL_SECONDS, raw=True)
        if not seen.files:
            if not later:
                return []  # it leaves nothing
            continue
        if not later:
            texts = {name: text_of_path(value) for name, value in named.items()}
            met = {
                n for n, t in texts.items() if isinstance(t, str) and t and any(t in p for p in seen.files)
            }
            shared |= {name: named[name] for name in met}
        world = structs.replace(world, files=_after(world, seen.files))
        if sum(len(entry.content) for entry in world.files.values()) > _HISTORY_BYTES:
            return found
    return found


def _with_small_numbers(call: Arguments, signature: Signature) -> Arguments:
    """``call`` with smaller whole numbers: how many to keep is seldom as few as a chain has calls."""
    given = call.by_name(signature)
    few = {name: abs(value) % _FEW + 1 for name, value in given.items() if type(value) is int}
    usual = {
        parameter.name: parameter.default % _FEW + 1
        for parameter in signature.parameters
        if parameter.kind in _TAKES_NAME and parameter.name not in given and type(parameter.default) is int
    }
    call = call.replaced(signature, few)
    return replace(call, kwargs=call.kwargs | usual)


def _aged(files: dict[str, Entry], seconds: int) -> dict[str, Entry]:
    return {path: structs.replace(entry, age=entry.age + seconds) for path, entry in files.items()}


def _after(world: World, left: Changes) -> dict[str, Entry]:
    """The files of ``world`` after a call; links and the like are left out."""
    merged = {**world.files, **left}
    kept = {
        path: entry
        for path, entry in merged.items()
        if entry is not None and entry.kind in ("file", "folder")
    }
    return planted(sorted(kept.items())).files
