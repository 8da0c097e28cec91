"""Checks single inputs against a dream's contract.

The procedure's observation defines the domain. Under ``free``, which needs no procedure, an exception that
the dream declares rejects the input.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..models import Canonical, Category, Contract, Observation, ObservationKind, unpacked
from ..signatures import TypeSpec
from .annotations import fits
from .asked import Order
from .attributes import attributes
from .categories import category_of, outcome
from .effects import Effects, differing_effects
from .equality import TOLERANCE, Difference, difference, identical, same_type, type_of
from .finding import Explanation, Finding, changed_words, finding_of, observed_words, summary_of, wanted_words
from .leavings import Compared
from .ordering import without_order
from .output import OTHER_TEXT, STREAMS, differing_streams, printed_words, shown, text_of
from .varying import ALL_PARTS, Steps, within, without_parts

_ANSWERED = (ObservationKind.RETURNED, ObservationKind.RAISED)
_NOT_TEXT = "UnicodeEncodeError"
"""What is raised for lone surrogates, which no file and no command can hold."""
WAITED_AT_MOST = 30 * 86_400.0
"""Maximum seconds that a call of a procedure may sleep, on its world's clock."""
_FORMS = {"": "a plain result", "coroutine": "a coroutine", "async generator": "an async generator"}
"""What a call returned, by ``Observation.awaited``."""
_LACKING = (Category.BLOCKED, Category.DEPENDENCY, Category.RESOURCE)
"""Categories of exceptions that the machine or the jail may have caused, not the procedure."""


def refusal_kind(text: str) -> str:
    """What a refusal has in common with others like it: its text, but for a file only the folder of that."""
    verb, slash, path = text.partition("/")
    return f"{verb}/{path.rpartition('/')[0]}" if slash else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """Checks single inputs for one dream, by its contract and its annotations.

    ``messages``: ``equivalent`` compares exception messages as well as types. ``unordered``: the procedure's
    own results vary in order, so order does not count. ``refusals``: inputs on which the jail refused the
    procedure something count too. ``expects`` are the kinds of refusals that the procedure meets on some
    input: where one happens once in a process, it is on another input of the dream. ``streams`` are those
    whose text is compared, ``files`` what is compared of the files that a call leaves, and ``requests`` of
    what else it asked of its world, without what looks ``drawn`` by chance. ``hosts`` are those that the
    procedure asks on any input, ``None`` if that is not known: a dream reads from no other. ``outcomes`` (see
    ``outcome``) are those that the procedure's own runs of one call had in place of each other, so that
    either is right. ``parts`` of the value and ``changes``
    of the arguments vary in those runs: only their types are compared. ``calculates``: the procedure names
    nothing that could ask the machine for anything, so that it raises each ``OSError`` by itself.
    """

    contract: Contract
    returns: TypeSpec | None = None
    declares: Collection[str] = ()
    tolerance: float = TOLERANCE
    signed_zero: bool = False
    messages: bool = False
    unordered: bool = False
    refusals: bool = False
    expects: Collection[str] = ()
    streams: tuple[str, ...] = ()
    outcomes: Collection[str] = ()
    parts: frozenset[Steps] = frozenset()
    changes: frozenset[Steps] = frozenset()
    files: Compared = Compared.ALL
    requests: Order = Order.PER_TARGET
    drawn: bool = False
    hosts: Collection[str] | None = None
    slept: bool = True
    calculates: bool = False

    def accepts(self, expected: Observation) -> bool:
        """Whether the procedure's observation puts an input inside the domain.

        Exceptions count under ``equivalent`` only, and only if neither machine nor jail may have caused them.
        A wait that nobody waits for does not count: at its length, numbers overflow.
        """
        if (expected.refused and not self.refusals) or expected.slept > WAITED_AT_MOST:
            return False
        if expected.kind is ObservationKind.RETURNED:
            return True
        if self.contract is not Contract.EQUIVALENT or expected.kind is not ObservationKind.RAISED:
            return False
        raised = expected.raised
        if raised is not None and expected.files is not None and raised.type == _NOT_TEXT:
            return False  # how much was done before that depends on the way there
        if raised is not None and "OSError" in raised.bases and expected.files is None:
            own = self.calculates and raised.errno is None
            return own or bool(expected.refused)  # errors of the system depend on this machine
        return bool(expected.refused) or category_of(expected) not in _LACKING

    def rejects(self, got: Observation) -> bool:
        """Whether a ``free`` dream rejected an input by an exception that it declares."""
        if self.contract is not Contract.FREE or got.raised is None:
            return False
        return any(name in self.declares for name in got.raised.bases)

    def check(self, expected: Observation | None, got: Observation) -> Finding | None:
        """Compare the observation of one accepted input with the procedure's (``None`` under ``free``)."""
        if expected is not None and identical(expected, got):
            return None
        if (unlike := self._unlike(expected, got)) is not None:
            text = f"the jail refused to {unlike}"
            return finding_of(
                Category.BLOCKED, got, lambda: Explanation(text, wanted_words(expected), observed_words(got))
            )
        if expected is not None and got.kind in _ANSWERED and got.awaited != expected.awaited:
            text = f"returned {_FORMS[got.awaited]}, not {_FORMS[expected.awaited]}"
            return finding_of(
                Category.LOGIC, got, lambda: Explanation(text, observed_words(expected), observed_words(got))
            )
        if expected is not None and self._either(expected, got):
            return self._same_output(expected, got) or self._same_effects(expected, got)
        if expected is not None and expected.kind is ObservationKind.RAISED:
            found = self._same_exception(expected, got) or self._same_output(expected, got)
            return found or self._same_effects(expected, got)
        category = category_of(got)
        if category is not None:
            return finding_of(
                category,
                got,
                lambda: Explanation(summary_of(got), wanted_words(expected), observed_words(got)),
            )
        if expected is None:
            found = None
        elif self.contract is Contract.COMPATIBLE or not expected.steady:
            found = self._same_type(expected, got)
        else:
            found = self._same_value(expected, got)
        found = found or self._same_output(expected, got) or self._same_effects(expected, got)
        return found or self._annotated(expected, got)

    def _unlike(self, expected: Observation | None, got: Observation) -> str | None:
        """The first refusal of ``got`` that is unlike any of the procedure's."""
        if not got.refused or (expected is not None and expected.refused):
            return None
        return next((text for text in got.refused if refusal_kind(text) not in self.expects), None)

    def _either(self, first: Observation, second: Observation) -> bool:
        """Whether the outcomes of two runs differ as those of the procedure do."""
        if first.kind not in _ANSWERED or second.kind not in _ANSWERED:
            return False
        pair = {outcome(first), outcome(second)}
        return len(pair) > 1 and pair.issubset(self.outcomes)

    def diverges(self, expected: Observation, got: Observation) -> bool:
        """Whether two returned values differ, whether or not the contract allows it."""
        return self._different(expected, got) is not None

    def differing(self, expected: Observation, got: Observation) -> list[str]:
        """Those of the compared streams whose texts differ."""
        return differing_streams(expected.printed, got.printed, self.streams)

    def _different(self, expected: Observation, got: Observation) -> Difference | None:
        """How the returned values differ."""
        return self._difference(
            without_parts(expected.value, self.parts), without_parts(got.value, self.parts)
        )

    def _difference(self, expected: Canonical, got: Canonical) -> Difference | None:
        found = difference(expected, got, tolerance=self.tolerance, signed_zero=self.signed_zero)
        if found is None or not self.unordered:
            return found
        pair = without_order(expected), without_order(got)
        return difference(*pair, tolerance=self.tolerance, signed_zero=self.signed_zero)

    def repeats(self, first: Observation, second: Observation) -> bool:
        """Whether two observations of the same call agree."""
        if self._either(first, second):
            return not self.differing(first, second) and self._act_alike(first, second)
        if first.kind is not second.kind or category_of(first) is not category_of(second):
            return False
        if self.contract is Contract.EQUIVALENT and outcome(first) != outcome(second):
            return False
        if self.differing(first, second):
            return False
        if not self._act_alike(first, second):
            return False
        if first.kind is ObservationKind.RAISED:
            return self._other_attributes(first, second) is None
        if first.kind is not ObservationKind.RETURNED:
            return True
        if self.contract in (Contract.EQUIVALENT, Contract.SUPERSET) and self._same_arguments(first, second):
            return False
        return not self.diverges(first, second)

    def _act_alike(self, first: Observation, second: Observation) -> bool:
        """Whether two calls had the same effects, as far as these are compared."""
        return self._other_effects(first, second) is None

    def _other_effects(self, first: Observation, second: Observation) -> Effects | None:
        slept = self.slept and self.contract is Contract.EQUIVALENT
        return differing_effects(
            first, second, self.files, self.requests, drawn=self.drawn, slept=slept, hosts=self.hosts
        )

    def flaky(self, expected: Observation | None, first: Observation, second: Observation) -> Finding:
        """The finding that the same input gave ``first`` and then ``second``."""
        wanted = observed_words(expected) if expected else "the same result each time"
        got = f"{observed_words(first)}, then {observed_words(second)}"
        explanation = Explanation("the same input gave different results", wanted, got)
        if (streams := self.differing(first, second)) and observed_words(first) == observed_words(second):
            wanted = printed_words(expected.printed, streams) if expected else "the same each time"
            got = ", then ".join(printed_words(one.printed, streams) for one in (first, second))
            named = " and ".join(STREAMS[stream] for stream in streams)
            explanation = Explanation(f"the same input printed different texts to {named}", wanted, got)
        return finding_of(Category.FLAKY, first, lambda: explanation)

    def _same_exception(self, expected: Observation, got: Observation) -> Finding | None:
        raised = expected.raised
        assert raised is not None

        def finding(category: Category, text: str) -> Finding:
            return finding_of(
                category, got, lambda: Explanation(text, observed_words(expected), observed_words(got))
            )

        if got.kind is ObservationKind.RETURNED:
            return finding(Category.LOGIC, f"swallowed {raised.type}")
        if got.raised is None:
            return finding(category_of(got) or Category.UNKNOWN, summary_of(got))
        if got.raised.bases != raised.bases:
            return finding(Category.LOGIC, f"raised {got.raised.type}, not {raised.type}")
        if self.messages and got.raised.message != raised.message:
            return finding(Category.LOGIC, f"raised {got.raised.type} with another message")
        found = self._other_attributes(expected, got)
        if found is None or not expected.steady:
            return None
        where = f"{found.path or ' as a whole'}: {found.got}, not {found.expected}"
        gave = "after other items, " if found.path.startswith("[") else ""
        return finding(Category.LOGIC, f"raised {got.raised.type} {gave}with another value at {where}")

    def _other_attributes(self, expected: Observation, got: Observation) -> Difference | None:
        """How two exceptions of one type differ in their attributes, or the items given before them."""
        if expected.value is None and got.value is None:
            return None
        pair = (attributes(one, messages=self.messages) for one in (expected, got))
        return self._difference(*pair)

    def _same_value(self, expected: Observation, got: Observation) -> Finding | None:
        found = self._different(expected, got)
        if found is None:
            return self._same_arguments(expected, got)

        def words() -> Explanation:
            where = f" at {found.path}: {found.got}, not {found.expected}" if found.path else ""
            return Explanation(
                f"returned another value{where}", observed_words(expected), observed_words(got)
            )

        return finding_of(Category.LOGIC, got, words, (expected.value, got.value))

    def _same_output(self, expected: Observation | None, got: Observation) -> Finding | None:
        if expected is None:
            return None
        streams = self.differing(expected, got)
        if not streams:
            return None

        def words() -> Explanation:
            found = difference(*(text_of(one.printed, streams[0]) for one in (expected, got)))
            where = f" at {found.path}: {found.got}, not {found.expected}" if found and found.path else ""
            named = STREAMS[streams[0]] + where if len(streams) == 1 else " and ".join(STREAMS.values())
            return Explanation(
                f"{OTHER_TEXT}{named}", *(printed_words(one.printed, streams) for one in (expected, got))
            )

        texts = shown(expected.printed, streams), shown(got.printed, streams)
        return finding_of(Category.LOGIC, got, words, texts)

    def _same_effects(self, expected: Observation | None, got: Observation) -> Finding | None:
        if expected is None or self.contract is Contract.COMPATIBLE:
            return None
        found = self._other_effects(expected, got)
        if found is None:
            return None
        values = (found.expected, found.got) if found.expected is not None else None
        return finding_of(Category.LOGIC, got, lambda: Explanation(*found.words()), values)

    def _same_arguments(self, expected: Observation, got: Observation) -> Finding | None:
        if (expected.changed is None and got.changed is None) or ALL_PARTS in self.changes:
            return None
        if expected.changed is not None and got.changed is not None and self._same_changes(expected, got):
            return None

        def words() -> Explanation:
            text = "changed an argument in place in another way"
            if expected.changed is None:
                text = "changed an argument in place that the procedure leaves alone"
            elif got.changed is None:
                text = "left an argument alone that the procedure changes in place"
            return Explanation(text, changed_words(expected), changed_words(got))

        if expected.changed is None or got.changed is None:
            return finding_of(Category.LOGIC, got, words)
        changes = unpacked(expected.changed)[0], unpacked(got.changed)[0]
        return finding_of(Category.LOGIC, got, words, changes)

    def _same_changes(self, expected: Observation, got: Observation) -> bool:
        both = zip(unpacked(expected.changed), unpacked(got.changed), strict=True)
        for place, pair in enumerate(both):
            parts = within(self.changes, str(place))
            if self._difference(*(without_parts(one, parts) for one in pair)) is not None:
                return False
        return True

    def _same_type(self, expected: Observation, got: Observation) -> Finding | None:
        if not same_type(expected.value, got.value):
            text = f"returned {type_of(got.value)}, not {type_of(expected.value)}"
            return finding_of(
                Category.LOGIC, got, lambda: Explanation(text, observed_words(expected), observed_words(got))
            )
        if expected.changed is None and got.changed is not None:
            return self._same_arguments(expected, got)
        return None

    def _annotated(self, expected: Observation | None, got: Observation) -> Finding | None:
        if self.contract not in (Contract.FREE, Contract.COMPATIBLE) or self.returns is None:
            return None
        if fits(got.value, self.returns) or (expected and not fits(expected.value, self.returns)):
            return None
        text = f"returned {type_of(got.value)}, which does not fit its annotation"
        return finding_of(
            Category.VALIDATION, got, lambda: Explanation(text, wanted_words(expected), observed_words(got))
        )
