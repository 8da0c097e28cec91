"""Why a dream can't be tested here, which is never its own failure, and what opens it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..judge.categories import category_of
from ..judge.render import render
from ..judge.verdict import judge_load
from ..models import Category, Observation, ObservationKind, Procedure, Reason
from ..sandbox.jail.refusals import WRITING_SUFFIX
from ..source.syntax import line_of

_REMEDIES = {
    Reason.MISSING_PACKAGE: "install it where pytest runs, or let the jail import it from a folder by "
    "--athena-allow-read=FOLDER",
    Reason.NO_ENTRY_POINT: "name a function or Class.method as the procedure's entry_point",
    Reason.NOT_LOADED: "fix the procedure",
    Reason.NO_INPUT: "give inputs that it accepts by annotations, a docstring example or "
    "pytest_athena_dreams_strategy",
    Reason.TOO_SLOW: "give it more time by --athena-timeout=SECONDS: a procedure gets a quarter of that for "
    "each call",
    Reason.LITTLE_EVIDENCE: "give inputs by a docstring example or pytest_athena_dreams_strategy, or lower "
    "--athena-min-evidence",
    Reason.BY_TYPE_ONLY: "have it return plain data, or choose the contract 'compatible'",
}
"""What a user may do, by reason."""
_READS_FILES = "let it read that by --athena-allow-read=PATH"
_WRITTEN = "only files in its working folder can be compared: let it take the path as an argument"
_SCRIPT = "put what it does into a function, with what it reads as parameters"
_OF_SCRIPTS = frozenset({Reason.NO_ENTRY_POINT, Reason.NOT_LOADED, Reason.NO_INPUT})
"""Reasons that ``_SCRIPT`` removes for code without a function."""
_NO_NETWORK = (
    "the network is closed: --athena-effects=auto simulates HTTP and mail; otherwise let it take what it "
    "fetches as an argument"
)
_NO_COMMANDS = (
    "commands and processes can't run in the jail: --athena-effects=auto simulates commands; otherwise let "
    "it take the output of the command as an argument"
)
_REFUSED_REMEDIES = {
    ("open /", "stat /", "access /", "read the link"): _READS_FILES,
    ("look up", "connect", "send", "bind", "open a socket"): _NO_NETWORK,
    ("run", "start a process", "fork", "signal"): _NO_COMMANDS,
}
"""What a user may do about refusals, by how they begin."""
_ENVIRONMENT = "let it see the variable by --athena-allow-env=NAME"
_GIVE_PATHS = (
    "give paths that exist by pytest_athena_dreams_strategy, and let it read them by --athena-allow-read=PATH"
)
_CREATE_PATH = (
    "create that, and let it read it by --athena-allow-read=PATH, or let it take the path as an argument"
)
_REASONS = {
    Category.DEPENDENCY: Reason.MISSING_PACKAGE,
    Category.BLOCKED: Reason.REFUSED,
    Category.TIMEOUT: Reason.TOO_SLOW,
}
VALUE_LENGTH = 80
"""Characters of a value that the text shows."""
_DEFINITION = re.compile(r"^\s*(?:async\s+)?(?:def|class)\b", re.MULTILINE)
_COUNTED_RESULTS = 3
"""Kinds of result that the text counts."""


class Untestable(Exception):
    """A procedure can't be run, or on no input that could be made.

    ``text`` names the procedure, what it needed, and what opens it.
    """

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


def not_loaded(procedure: Procedure, failure: Observation) -> Untestable:
    """The procedure does not load."""
    raised = failure.raised
    reason = _REASONS.get(category_of(failure) or Category.UNKNOWN, Reason.NOT_LOADED)
    if raised is not None and raised.stage == "entry":
        reason = Reason.NO_ENTRY_POINT
    why = judge_load(failure).groups[0].finding.explanation.summary.removesuffix("; name an entry point")
    where = _where(procedure, failure)
    remedy = _remedy(reason, procedure, failure, where)
    return Untestable(reason, f"{_named(procedure)} can't be run: {why}{where}; {remedy}")


def crippled(procedure: Procedure, refused: str) -> Untestable:
    """The procedure loads, but without what the jail ``refused`` meanwhile."""
    text = f"{_named(procedure)} can't be run as it is meant: while it loaded, the jail refused to {refused}"
    return Untestable(Reason.REFUSED, f"{text}; {_opens(refused)}")


def no_strategy(procedure: Procedure | None, why: str) -> Untestable:
    """No inputs can be drawn, for the reason ``why``."""
    who = f"{_named(procedure)}: " if procedure else ""
    return Untestable(Reason.NO_INPUT, f"{who}{why}; give one by the hook pytest_athena_dreams_strategy")


def never_returned(procedure: Procedure, tried: int, seen: Sequence[Observation]) -> Untestable:
    """The procedure returned on none of the ``tried`` inputs, of which it ran on those that were ``seen``."""
    categories = Counter(map(_category, seen))
    most = categories.most_common(1)[0][0] if categories else None
    reason = _REASONS.get(most or Category.UNKNOWN, Reason.NO_INPUT)
    counts = Counter(_result(one) for one in seen)
    did = (
        ", ".join(f"{what} on {count}" for what, count in counts.most_common(_COUNTED_RESULTS))
        or "it ran on none"
    )
    last = next((one for one in reversed(seen) if _category(one) is most), None)
    detail = ""
    if last is not None and last.raised is not None and last.raised.message and most is not Category.BLOCKED:
        detail = f" (last: {last.raised.message})"
    where = _where(procedure, last) if last is not None else ""
    if len(seen) < tried:
        did += f", and after so many hangs it was not run on the other {tried - len(seen)}"
    remedy = _remedy(reason, procedure, last, where)
    text = f"{_named(procedure)} returned on none of {tried} inputs: {did}{detail}{where}; {remedy}"
    return Untestable(reason, text)


def mostly_refused(
    procedure: Procedure, tried: int, accepted: int, refused: Sequence[Observation]
) -> Untestable:
    """The procedure was ``refused`` something on more inputs than are left to compare: on those it acts."""
    counts = Counter(_result(one) for one in refused)
    did = ", ".join(f"{what} on {count}" for what, count in counts.most_common(_COUNTED_RESULTS))
    where = _where(procedure, refused[0])
    text = f"{_named(procedure)} could be compared on {accepted} of {tried} inputs only: {did}{where}"
    return Untestable(Reason.REFUSED, f"{text}; {_remedy(Reason.REFUSED, procedure, refused[0], where)}")


def too_little_evidence(procedure: Procedure, evidence: float, least: float) -> Untestable:
    """The inputs of a pass detect ``evidence``, a share of the mutants, which is below ``least`` per cent."""
    why = f"too little evidence: its inputs detect {100 * evidence:.0f} % of its mutants, below {least:g} %"
    return Untestable(
        Reason.LITTLE_EVIDENCE, f"{_named(procedure)} has {why}; {_REMEDIES[Reason.LITTLE_EVIDENCE]}"
    )


def compared_by_type(procedure: Procedure, example: Observation, inputs: int) -> Untestable:
    """Nothing but the types of the procedure's values could be compared on any of ``inputs``."""
    why = f"returns {render(example.value, limit=VALUE_LENGTH)}, of which only the type is known"
    text = f"{_named(procedure)} {why}: values were compared by type only on {inputs} of {inputs} inputs"
    return Untestable(Reason.BY_TYPE_ONLY, f"{text}; {_REMEDIES[Reason.BY_TYPE_ONLY]}")


def _remedy(reason: Reason, procedure: Procedure, seen: Observation | None, where: str) -> str:
    """What a user may do about what was ``seen`` of a procedure, at the line that ``where`` shows."""
    raised = seen.raised if seen is not None else None
    if reason is Reason.REFUSED:
        refused = seen.refused[0] if seen is not None and seen.refused else "open /"
        return _opens(refused)
    if raised is not None and raised.type == "KeyError" and ("environ" in where or "getenv" in where):
        return _ENVIRONMENT
    if reason is Reason.NO_INPUT and raised is not None and raised.path is not None:
        spelt = any(f"{quote}{raised.path}{quote}" in procedure.code for quote in "'\"")
        return _CREATE_PATH if spelt else _GIVE_PATHS
    if reason in _OF_SCRIPTS and not _DEFINITION.search(procedure.code):
        return _SCRIPT
    return _REMEDIES[reason]


def _opens(refused: str) -> str:
    """What a user may do about a refusal."""
    for begins, remedy in _REFUSED_REMEDIES.items():
        if refused.startswith(begins) and not refused.endswith(WRITING_SUFFIX):
            return remedy
    return _WRITTEN


def _category(seen: Observation) -> Category | None:
    return Category.BLOCKED if seen.refused else category_of(seen)


def _named(procedure: Procedure) -> str:
    return f"procedure {procedure.name!r} (id {procedure.id})"


def _result(seen: Observation) -> str:
    if seen.refused:
        return f"the jail refused to {seen.refused[0]}"
    if seen.raised is not None and seen.raised.path and category_of(seen) is Category.BLOCKED:
        return f"the jail refused to open {seen.raised.path}"
    if seen.raised is not None:
        return f"it raised {seen.raised.type}"
    if seen.kind is ObservationKind.TIMED_OUT:
        return "it ran out of time"
    return f"it {seen.kind.value.replace('_', ' ')}"


def _where(procedure: Procedure, seen: Observation) -> str:
    """The line of the procedure that raised, with its text."""
    line = seen.raised.line if seen.raised else None
    text = line_of(procedure.code, line) if line else ""
    return f", at line {line}: {text}" if text else ""
