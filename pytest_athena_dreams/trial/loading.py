"""What the jail refuses to a source while it loads, beyond what it refuses to the packages it imports."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ..judge.oracle import refusal_kind
from ..sandbox.runner import Runner
from ..source.reading import imports_alone
from .lab import Lab

_NOTHING = "nothing"


def refused_at_load(lab: Lab, runner: Runner, expects: Collection[str] = ()) -> str | None:
    """The first refusal while the source of ``runner`` loaded that is unlike any of ``expects``.

    Packages look at files as well while they are imported, and manage without them. What the jail refuses to
    the imports alone, in a process of their own, does not count.
    """
    found = [text for text in runner.load_refusals if refusal_kind(text) not in expects]
    if not found:
        return None
    code = f"{imports_alone(runner.source.code)}\ndef {_NOTHING}(): pass\n"
    imports = replace(runner.source, code=code, entry_point=_NOTHING, fallbacks=(), described="not")
    with Runner(lab.jails.main, imports) as alone:
        usual = set(map(refusal_kind, alone.load_refusals))
    return next((text for text in found if refusal_kind(text) not in usual), None)
