"""What one input shows: which inputs count, which answers agree, and how a finding reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pytest_athena_dreams.judge.finding import Explanation
from pytest_athena_dreams.judge.oracle import Oracle
from pytest_athena_dreams.judge.output import STREAMS
from pytest_athena_dreams.models import (
    Canonical,
    Category,
    Contract,
    DeathReason,
    Observation,
    ObservationKind,
)
from pytest_athena_dreams.signatures import TypeSpec
from tests.judge.kit import VALUES
from tests.judge.test_verdict import HUNG, died, raised, returned

EVERY = (Contract.EQUIVALENT, Contract.SUPERSET, Contract.COMPATIBLE)
COMPARING = (Contract.EQUIVALENT, Contract.SUPERSET)
LOST = raised(FileNotFoundError, message="gone")
REFUSED = Observation(kind=ObservationKind.RETURNED, value=1, refused=("open /etc/passwd",))
LEAVES, SORTS, CLEARS = (
    None,
    [["tuple", [["list", [1, 2]]]], ["dict", []]],
    [["tuple", [["list", []]]], ["dict", []]],
)
"""What a call did to its one argument, a list, in place."""
BY_NAME = [["tuple", []], ["dict", [["xs", ["list", [1, 2]]]]]]


def awaited(value: Canonical, form: str = "coroutine") -> Observation:
    form = "".join(list(form))  # as from the wire: equal to another, and not the same object
    return Observation(kind=ObservationKind.RETURNED, value=value, awaited=form)


@pytest.mark.parametrize("contract", [*EVERY, Contract.FREE])
@pytest.mark.parametrize(
    ("expected", "by"),
    [
        pytest.param(returned(1), "equivalent superset compatible free", id="a-value"),
        pytest.param(raised(ValueError), "equivalent", id="an-exception"),
        pytest.param(raised(KeyError, message="x"), "equivalent", id="an-exception-with-a-message"),
        pytest.param(LOST, "", id="what-is-not-on-this-machine"),
        pytest.param(raised(ModuleNotFoundError), "", id="a-package-that-is-lacking"),
        pytest.param(raised(MemoryError), "", id="memory-that-is-lacking"),
        pytest.param(HUNG, "", id="a-hang"),
        pytest.param(died(DeathReason.EXIT), "", id="a-death"),
        pytest.param(
            structs.replace(returned(1), slept=86_400.0), "equivalent superset compatible free", id="a-wait"
        ),
        pytest.param(structs.replace(returned(1), slept=2.0**40), "", id="a-wait-for-ages"),
    ],
)
def test_which_inputs_are_in_the_domain(contract: Contract, expected: Observation, by: str) -> None:
    assert Oracle(contract=contract).accepts(expected) == (contract.value in by.split())


@pytest.mark.parametrize("cls", [PermissionError, FileNotFoundError, TimeoutError])
def test_an_error_of_the_system_counts_where_only_the_code_can_have_raised_it(cls: type[OSError]) -> None:
    oracle = Oracle(contract=Contract.EQUIVALENT, calculates=True)
    assert oracle.accepts(raised(cls))
    assert not oracle.accepts(raised(cls, errno=2))
    found = oracle.check(raised(cls), returned(1))
    assert found is not None
    assert found.explanation.summary == f"swallowed {cls.__name__}"


@pytest.mark.parametrize("contract", EVERY)
def test_an_input_that_the_jail_refused_counts_only_where_refusals_do(contract: Contract) -> None:
    assert not Oracle(contract=contract).accepts(REFUSED)
    assert Oracle(contract=contract, refusals=True).accepts(REFUSED)
    for cls in (PermissionError, FileNotFoundError, ModuleNotFoundError):
        seen = raised(cls)
        seen = Observation(kind=seen.kind, raised=seen.raised, refused=("open /etc/passwd",))
        counts = contract is Contract.EQUIVALENT
        assert Oracle(contract=contract, refusals=True).accepts(seen) == counts


def test_only_a_dream_without_a_procedure_may_decline_an_input() -> None:
    for contract in (*EVERY, Contract.FREE):
        oracle = Oracle(contract=contract, declares=["LookupError"])
        assert oracle.rejects(raised(KeyError)) == (contract is Contract.FREE)
        assert not oracle.rejects(raised(ValueError))
        assert not oracle.rejects(returned(1))


@pytest.mark.parametrize("contract", EVERY)
@pytest.mark.parametrize(
    ("expected", "got", "category", "words"),
    [
        (
            returned(1),
            returned("a"),
            Category.LOGIC,
            {
                Contract.COMPATIBLE: Explanation("returned str, not int", "returned 1", "returned 'a'"),
                None: Explanation("returned another value", "returned 1", "returned 'a'"),
            },
        ),
        (
            returned(["list", [1, 2, 3]]),
            returned(["list", [1, "b", 3]]),
            Category.LOGIC,
            {
                None: Explanation(
                    "returned another value at [1]: 'b', not 2", "returned [1, 2, 3]", "returned [1, 'b', 3]"
                ),
                Contract.COMPATIBLE: None,
            },
        ),
        (
            returned(1),
            raised(KeyError, message="k"),
            Category.RUNTIME,
            {None: Explanation("KeyError: k", "returned 1", "raised KeyError: k")},
        ),
        (
            returned(1),
            raised(KeyError),
            Category.RUNTIME,
            {None: Explanation("KeyError", "returned 1", "raised KeyError")},
        ),
        (
            returned(1),
            Observation(kind=ObservationKind.TIMED_OUT, detail="more than 1 s"),
            Category.TIMEOUT,
            {None: Explanation("more than 1 s", "returned 1", "took more than 1 s")},
        ),
        (
            returned(1),
            Observation(kind=ObservationKind.DIED, death=DeathReason.EXIT, detail="left with status 0"),
            Category.RUNTIME,
            {None: Explanation("left with status 0", "returned 1", "left with status 0")},
        ),
        (
            awaited(1),
            awaited(2),
            Category.LOGIC,
            {
                None: Explanation(
                    "returned another value", "returned 1 when awaited", "returned 2 when awaited"
                ),
                Contract.COMPATIBLE: None,
            },
        ),
        (
            awaited(1),
            returned(1),
            Category.LOGIC,
            {
                None: Explanation(
                    "returned a plain result, not a coroutine", "returned 1 when awaited", "returned 1"
                )
            },
        ),
        (
            returned(1, LEAVES),
            returned(1, SORTS),
            Category.LOGIC,
            {
                None: Explanation(
                    "changed an argument in place that the procedure leaves alone",
                    "left its arguments alone",
                    "left its arguments as ([1, 2],)",
                )
            },
        ),
        (
            returned(1, SORTS),
            returned(1, LEAVES),
            Category.LOGIC,
            {
                None: Explanation(
                    "left an argument alone that the procedure changes in place",
                    "left its arguments as ([1, 2],)",
                    "left its arguments alone",
                ),
                Contract.COMPATIBLE: None,
            },
        ),
        (
            returned(1, SORTS),
            returned(1, BY_NAME),
            Category.LOGIC,
            {
                None: Explanation(
                    "changed an argument in place in another way",
                    "left its arguments as ([1, 2],)",
                    "left its arguments as (){'xs': [1, 2]}",
                ),
                Contract.COMPATIBLE: None,
            },
        ),
        (
            returned(1),
            Observation(kind=ObservationKind.RETURNED, value=1, refused=("fork", "open /x")),
            Category.BLOCKED,
            {None: Explanation("the jail refused to fork", "returned 1", "returned 1")},
        ),
    ],
)
def test_a_finding_says_what_is_wrong_and_what_both_did(
    contract: Contract,
    expected: Observation,
    got: Observation,
    category: Category,
    words: dict[Contract | None, Explanation | None],
) -> None:
    found = Oracle(contract=contract).check(expected, got)
    wanted = words.get(contract, words[None])
    assert (found and found.explanation) == wanted
    assert found is None or found.category is category


def test_values_that_differ_are_kept_for_a_contrast() -> None:
    oracle = Oracle(contract=Contract.SUPERSET)
    found = oracle.check(returned(1, SORTS), returned(1, CLEARS))
    assert found is not None
    assert found.values == (SORTS[0], CLEARS[0])
    found = oracle.check(returned(1), returned(2))
    assert found is not None
    assert found.values == (1, 2)
    assert found.contrast() == ()
    found = oracle.check(returned(1), raised(KeyError))
    assert found is not None
    assert (found.values, found.contrast()) == (None, ())


@pytest.mark.parametrize("contract", EVERY)
def test_what_the_procedure_had_refused_too_is_no_finding(contract: Contract) -> None:
    assert Oracle(contract=contract, refusals=True).check(REFUSED, REFUSED) is None
    found = Oracle(contract=contract).check(returned(1), REFUSED)
    assert found is not None
    assert found.category is Category.BLOCKED


@pytest.mark.parametrize("contract", COMPARING)
def test_equal_forms_of_an_answer_agree(contract: Contract) -> None:
    assert Oracle(contract=contract).check(awaited(1), awaited(1)) is None
    assert Oracle(contract=contract).check(awaited(1), awaited(1, "async generator")) is not None
    assert Oracle(contract=contract).check(awaited(1), HUNG).category is Category.TIMEOUT  # type: ignore[union-attr]


class Narrow(ValueError):
    """A kind of ValueError, which sorts before and after others by its name."""


@pytest.mark.parametrize(
    ("expected", "got", "summary"),
    [
        (raised(ValueError), raised(ValueError), None),
        (raised(ValueError, message="a"), raised(ValueError, message="b"), None),
        (raised(ValueError), raised(KeyError), "raised KeyError, not ValueError"),
        (raised(KeyError), raised(ValueError), "raised ValueError, not KeyError"),
        (raised(Narrow), raised(ValueError), f"raised ValueError, not {__name__}.Narrow"),
        (raised(ValueError), raised(Narrow), f"raised {__name__}.Narrow, not ValueError"),
        (raised(ValueError), returned(1), "swallowed ValueError"),
        (raised(ValueError), HUNG, "timed out"),
        (raised(ValueError), died(DeathReason.MEMORY), "died"),
    ],
)
def test_exceptions_agree_by_type(expected: Observation, got: Observation, summary: str | None) -> None:
    found = Oracle(contract=Contract.EQUIVALENT).check(expected, got)
    assert (found and found.explanation.summary) == summary
    if found is not None and got.raised is not None:
        assert found.key == (Category.LOGIC, got.raised.type, None)


def test_messages_are_compared_where_that_is_asked_for() -> None:
    one, other = raised(ValueError, message="a"), raised(ValueError, message="b")
    oracle = Oracle(contract=Contract.EQUIVALENT, messages=True)
    assert oracle.check(one, one) is None
    found = oracle.check(one, other)
    assert found is not None
    assert found.explanation == Explanation(
        "raised ValueError with another message", "raised ValueError: a", "raised ValueError: b"
    )


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        (returned(1), returned(1), True),
        (returned(1), returned(2), False),
        (returned(1), raised(ValueError), False),
        (raised(ValueError), raised(ValueError), True),
        (raised(ValueError), raised(ZeroDivisionError), True),  # both in the category of runtime errors
        (raised(ValueError), raised(TypeError), False),
        (HUNG, HUNG, True),
        (HUNG, died(DeathReason.CPU), False),  # one category, and not seen in the same way
        (died(DeathReason.MEMORY), died(DeathReason.EXIT), False),
        (died(DeathReason.MEMORY), died(DeathReason.MEMORY), True),
    ],
)
def test_when_a_call_repeats(first: Observation, second: Observation, agree: bool) -> None:
    oracle = Oracle(contract=Contract.SUPERSET)
    assert oracle.repeats(first, second) == oracle.repeats(second, first) == agree


def test_what_a_repeated_call_raises_counts_where_exceptions_do() -> None:
    pair = raised(ValueError), raised(ZeroDivisionError)
    assert not Oracle(contract=Contract.EQUIVALENT).repeats(*pair)
    names = [one.raised.type for one in pair if one.raised]
    either = Oracle(contract=Contract.EQUIVALENT, outcomes=names)
    assert either.repeats(*pair)
    assert either.check(*pair) is None
    assert either.check(returned(1), pair[0]) is not None


def test_a_flaky_finding_tells_both_results() -> None:
    oracle = Oracle(contract=Contract.SUPERSET)
    words = oracle.flaky(returned(1), returned(2), raised(KeyError)).explanation
    assert words == Explanation(
        "the same input gave different results", "returned 1", "returned 2, then raised KeyError"
    )
    assert oracle.flaky(None, returned(2), returned(3)).explanation.expected == "the same result each time"
    alike = oracle.flaky(returned(1), returned(2), returned(2)).explanation
    assert alike.summary == "the same input gave different results"


ONE_WAY, OTHER_WAY = ["list", [1, 2]], ["list", [2, 1]]


@pytest.mark.parametrize("unordered", [False, True])
def test_order_counts_unless_the_procedures_own_varies(unordered: bool) -> None:
    oracle = Oracle(contract=Contract.SUPERSET, unordered=unordered)
    assert (oracle.check(returned(ONE_WAY), returned(OTHER_WAY)) is None) == unordered
    assert oracle.check(returned(ONE_WAY), returned(ONE_WAY)) is None
    assert oracle.check(returned(ONE_WAY), returned(["list", [1, 3]])) is not None
    assert Oracle(contract=Contract.SUPERSET).unordered is False


@pytest.mark.parametrize("expected", [None, returned("x"), returned(1)])
def test_a_finding_of_an_annotation_says_what_was_wanted(expected: Observation | None) -> None:
    contract = Contract.FREE if expected is None else Contract.COMPATIBLE
    found = Oracle(contract=contract, returns=TypeSpec(kind="str")).check(expected, returned(2))
    if expected is None:
        assert found is not None
        assert found.explanation == Explanation(
            "returned int, which does not fit its annotation", "a result", "returned 2"
        )
    elif expected.value == 1:
        assert found is None, "the procedure does not keep its annotation itself"
    else:
        assert found is not None
        assert found.explanation.summary == "returned int, not str"


def test_a_varying_value_is_compared_by_its_type() -> None:
    varies = Observation(kind=ObservationKind.RETURNED, value=1, steady=False)
    oracle = Oracle(contract=Contract.EQUIVALENT)
    assert oracle.check(varies, returned(5)) is None
    assert oracle.check(varies, returned("x")) is not None
    assert oracle.check(varies, returned(5, SORTS)) is not None


def _copied(seen: Observation) -> Observation:
    """The same observation, of which no part is an object of the other one."""
    fields = ("value", "changed", "printed")
    parts = {name: json.loads(json.dumps(getattr(seen, name))) for name in fields}
    return structs.replace(seen, **parts)


@pytest.mark.parametrize("contract", EVERY)
@given(
    shared=VALUES,
    other=st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(ObservationKind),
            "value": VALUES,
            "changed": st.sampled_from([LEAVES, SORTS, CLEARS]),
            "printed": st.sampled_from([None, ["a", ""], ["b", ""]]),
            "awaited": st.sampled_from(["", "coroutine"]),
            "refused": st.sampled_from([(), ("open /etc/passwd",)]),
        },
    ),
    changed=st.sampled_from([LEAVES, SORTS]),
    steady=st.booleans(),
    returns=st.none() | st.just(TypeSpec(kind="int")),
)
def test_what_a_dream_shares_with_its_procedure_is_found_equal_without_a_comparison(
    contract: Contract,
    shared: Any,
    other: dict[str, Any],
    changed: Canonical,
    steady: bool,
    returns: TypeSpec | None,
) -> None:
    """A dream that shares all but one part with its procedure can't hide that part behind the others."""
    expected = structs.replace(returned(shared, changed), steady=steady)
    got = structs.replace(returned(expected.value, changed), **other)
    oracle = Oracle(contract=contract, returns=returns, streams=tuple(STREAMS))
    quick, compared = oracle.check(expected, got), oracle.check(expected, _copied(got))
    assert (quick and quick.category) == (compared and compared.category)
