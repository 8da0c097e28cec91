"""Every row of the category table and of the contract table."""

from __future__ import annotations

import errno
import socket
from typing import Any
from urllib.error import URLError

import pytest
from msgspec import structs

from pytest_athena_dreams.judge.categories import ATHENA_OUTCOMES, category_of
from pytest_athena_dreams.judge.finding import Explanation
from pytest_athena_dreams.judge.oracle import Oracle
from pytest_athena_dreams.judge.verdict import FAULTS, Judgement, judge, judge_load, refusal
from pytest_athena_dreams.models import Category, Contract, DeathReason, Observation, ObservationKind, Raised
from pytest_athena_dreams.signatures import TypeSpec


def returned(value: Any, changed: Any = None, *, refused: str = "") -> Observation:
    what = (refused,) if refused else ()
    return Observation(kind=ObservationKind.RETURNED, value=value, changed=changed, refused=what)


def raised(cls: type[BaseException], *, stage: str = "call", **more: Any) -> Observation:
    bases = tuple(
        base.__name__ if base.__module__ == "builtins" else f"{base.__module__}.{base.__name__}"
        for base in cls.__mro__
        if base is not object
    )
    raised = Raised(type=bases[0], bases=bases, stage=stage, **more)
    return Observation(kind=ObservationKind.RAISED, raised=raised)


def died(reason: DeathReason) -> Observation:
    return Observation(kind=ObservationKind.DIED, death=reason)


HUNG = Observation(kind=ObservationKind.TIMED_OUT)


@pytest.mark.parametrize(
    ("observation", "category"),
    [
        (returned(1), None),
        (raised(SyntaxError, stage="compile"), Category.SYNTAX),
        (raised(ValueError, stage="compile"), Category.SYNTAX),
        (raised(SyntaxError), Category.RUNTIME),
        (raised(ModuleNotFoundError, stage="load"), Category.DEPENDENCY),
        (raised(ImportError), Category.DEPENDENCY),
        (raised(TypeError), Category.TYPE),
        (raised(TypeError, stage="load"), Category.RUNTIME),
        (raised(ZeroDivisionError), Category.RUNTIME),
        (raised(SystemExit), Category.RUNTIME),
        (raised(NameError, stage="load"), Category.RUNTIME),
        (raised(AssertionError), Category.LOGIC),
        (raised(AttributeError, stage="entry"), Category.VALIDATION),
        (HUNG, Category.TIMEOUT),
        (died(DeathReason.CPU), Category.TIMEOUT),
        (raised(MemoryError), Category.RESOURCE),
        (raised(RecursionError), Category.RESOURCE),
        (raised(OSError, errno=errno.EMFILE), Category.RESOURCE),
        (died(DeathReason.MEMORY), Category.RESOURCE),
        (died(DeathReason.OUTPUT), Category.RESOURCE),
        (died(DeathReason.SIGNAL), Category.RESOURCE),
        (died(DeathReason.EXIT), Category.RUNTIME),
        (died(DeathReason.PROTOCOL), Category.RUNTIME),
        (raised(PermissionError, errno=errno.EACCES), Category.BLOCKED),
        (raised(socket.gaierror), Category.BLOCKED),
        (raised(URLError), Category.BLOCKED),
        (raised(OSError, errno=errno.EPERM), Category.BLOCKED),
        (Observation(kind=ObservationKind.REFUSED), Category.BLOCKED),
        (Observation(kind=ObservationKind.DIED), Category.UNKNOWN),  # of no reason that is known
    ],
)
def test_category_table(observation: Observation, category: Category | None) -> None:
    assert category_of(observation) is category


def test_every_category_has_a_word_of_athenas() -> None:
    assert set(ATHENA_OUTCOMES) == {None, *Category}
    assert set(ATHENA_OUTCOMES.values()) == {
        "success", "syntax_error", "runtime_error", "type_error", "timeout", "resource_exhaustion",
        "output_validation_failed", "unknown_error",
    }  # fmt: skip


CHANGED = [["tuple", [["list", [1, 2]]]], ["dict", []]]


@pytest.mark.parametrize(
    ("expected", "got", "allowed_by"),
    [
        pytest.param(returned(1), returned(1), "equivalent superset compatible", id="same-value"),
        pytest.param(returned(1), returned(2), "compatible", id="other-value"),
        pytest.param(returned(1), returned("a"), "", id="other-type"),
        pytest.param(returned(1), returned(None), "", id="none-for-a-value"),
        pytest.param(returned(1), raised(ValueError), "", id="raises-where-it-returned"),
        pytest.param(
            raised(ValueError), raised(ValueError), "equivalent superset compatible", id="same-exception"
        ),
        pytest.param(raised(ValueError), raised(KeyError), "superset compatible", id="other-exception"),
        pytest.param(raised(ValueError), returned(0), "superset compatible", id="swallowed"),
        pytest.param(returned(1), returned(1, CHANGED), "", id="changes-an-argument"),
        pytest.param(returned(1, CHANGED), returned(1), "compatible", id="leaves-an-argument-alone"),
        pytest.param(
            returned(1, CHANGED), returned(1, CHANGED), "equivalent superset compatible", id="same-change"
        ),
    ],
)
@pytest.mark.parametrize("contract", [Contract.EQUIVALENT, Contract.SUPERSET, Contract.COMPATIBLE])
def test_contract_table(contract: Contract, expected: Observation, got: Observation, allowed_by: str) -> None:
    oracle = Oracle(contract=contract)
    allowed = not oracle.accepts(expected) or oracle.check(expected, got) is None
    assert allowed == (contract.value in allowed_by.split())


def test_free_keeps_its_annotation_and_may_decline_as_declared() -> None:
    oracle = Oracle(contract=Contract.FREE, returns=TypeSpec(kind="int"), declares=["ValueError"])
    assert oracle.check(None, returned(1)) is None
    assert oracle.rejects(raised(ValueError))
    assert not oracle.rejects(raised(KeyError))
    found = oracle.check(None, returned("a"))
    assert found is not None
    assert found.category is Category.VALIDATION
    found = oracle.check(None, raised(KeyError))
    assert found is not None
    assert found.category is Category.RUNTIME


def test_an_annotation_that_the_procedure_does_not_keep_is_not_held_against_a_dream() -> None:
    oracle = Oracle(contract=Contract.COMPATIBLE, returns=TypeSpec(kind="int"))
    assert oracle.check(returned(None), returned(None)) is None
    assert oracle.check(returned("a"), returned("b")) is None
    assert oracle.check(returned(1), returned("b")) is not None


def test_what_stopped_the_dream_outranks_what_it_did_wrong() -> None:
    oracle = Oracle(contract=Contract.SUPERSET)
    expected = [returned(1)] * 5
    judgement = judge(oracle, expected, [returned(2), returned(2), raised(KeyError), returned(2), HUNG])
    assert [g.finding.category for g in judgement.groups] == [
        Category.TIMEOUT,
        Category.LOGIC,
        Category.RUNTIME,
    ]
    assert [g.inputs for g in judgement.groups] == [1, 3, 1]
    assert [g.index for g in judgement.groups] == [4, 0, 2]


def test_among_what_it_did_wrong_the_most_frequent_decides() -> None:
    oracle = Oracle(contract=Contract.SUPERSET)
    judgement = judge(oracle, [returned(1)] * 3, [raised(TypeError), returned(2), returned(2)])
    assert judgement.groups[0].finding.category is Category.LOGIC


def test_divergence_is_counted_under_compatible() -> None:
    judgement = judge(
        Oracle(contract=Contract.COMPATIBLE),
        [returned(1)] * 4,
        [returned(1), returned(2), returned(1), returned(1)],
    )
    assert (judgement.groups, judgement.accepted, judgement.diverged) == ((), 4, 1)


def test_what_stopped_it_has_an_order_too() -> None:
    oracle = Oracle(contract=Contract.SUPERSET)
    got = [raised(KeyError), returned(1, refused="fork"), raised(MemoryError), HUNG]
    judgement = judge(oracle, [returned(1)] * 4, got)
    assert [group.finding.category for group in judgement.groups] == [
        Category.TIMEOUT,
        Category.RESOURCE,
        Category.BLOCKED,
        Category.RUNTIME,
    ]
    index, finding = judgement.deciding
    assert (index, finding.category) == (3, Category.TIMEOUT)


def test_of_findings_that_as_many_inputs_show_the_first_decides() -> None:
    oracle = Oracle(contract=Contract.SUPERSET)
    got = [returned(1), raised(TypeError), raised(KeyError), raised(TypeError), raised(KeyError)]
    judgement = judge(oracle, [returned(1)] * 5, got)
    assert [(g.index, g.finding.exception, g.inputs) for g in judgement.groups] == [
        (1, "TypeError", 2),
        (2, "KeyError", 2),
    ]
    at_once = judge(oracle, [returned(1)] * 2, [raised(KeyError), raised(TypeError)])
    assert [group.index for group in at_once.groups] == [0, 1]


def test_one_exception_on_two_lines_is_two_faults_and_no_more_than_some_are_told() -> None:
    oracle = Oracle(contract=Contract.SUPERSET)
    got = [raised(KeyError, line=n) for n in range(FAULTS + 2)]
    judgement = judge(oracle, [returned(1)] * len(got), got)
    assert [group.finding.line for group in judgement.groups] == list(range(FAULTS))
    assert judgement.accepted == FAULTS + 2


def test_an_input_that_a_free_dream_declines_is_left_out_and_the_next_is_judged() -> None:
    oracle = Oracle(contract=Contract.FREE, declares=["ValueError"])
    got = [returned(1), raised(ValueError), raised(KeyError)]
    judgement = judge(oracle, [None] * 3, got)
    assert (judgement.accepted, judgement.diverged) == (2, 0)
    assert [group.index for group in judgement.groups] == [2]
    # Where there is a procedure, its answer says whether an input counts.
    assert judge(oracle, [returned(1)], [raised(ValueError)]).accepted == 1


@pytest.mark.parametrize("contract", [Contract.EQUIVALENT, Contract.SUPERSET, Contract.COMPATIBLE])
def test_a_dream_that_was_not_asked_everything_is_judged_by_what_it_answered(contract: Contract) -> None:
    judgement = judge(Oracle(contract=contract), [returned(1)] * 5, [returned(1), HUNG])
    assert (judgement.accepted, judgement.diverged, len(judgement.groups)) == (2, 0, 1)


@pytest.mark.parametrize(
    ("failure", "category", "words"),
    [
        (
            raised(SyntaxError, stage="compile", message="invalid syntax", line=3),
            Category.SYNTAX,
            Explanation("SyntaxError: invalid syntax", got="does not compile"),
        ),
        (
            raised(NameError, stage="load", message="no x", line=4),
            Category.RUNTIME,
            Explanation("NameError: no x", got="raised while its module was executed"),
        ),
        (
            raised(AttributeError, stage="entry", message="no function f"),
            Category.VALIDATION,
            Explanation("AttributeError: no function f", got="has no usable entry point"),
        ),
        (HUNG, Category.TIMEOUT, Explanation("timed_out", got="could not be loaded")),
        (
            Observation(kind=ObservationKind.DIED, death=DeathReason.EXIT, detail="left with status 3"),
            Category.RUNTIME,
            Explanation("left with status 3", got="could not be loaded"),
        ),
        (returned(1), Category.UNKNOWN, Explanation("returned", got="could not be loaded")),
    ],
)
def test_a_dream_that_does_not_load(failure: Observation, category: Category, words: Explanation) -> None:
    judgement = judge_load(failure)
    (group,) = judgement.groups
    assert (judgement.accepted, judgement.diverged, group.inputs, group.index) == (0, 0, 0, None)
    assert (group.finding.category, group.finding.explanation) == (category, words)
    cause = failure.raised
    assert (group.finding.line, group.finding.exception) == (cause and cause.line, cause and cause.type)


def test_a_refusal_is_of_no_input() -> None:
    judgement = refusal(Category.VALIDATION, "takes no such argument")
    (group,) = judgement.groups
    assert judgement == Judgement(groups=(group,), accepted=0, diverged=0)
    assert (group.index, group.inputs, group.finding.category) == (None, 0, Category.VALIDATION)
    assert group.finding.explanation == Explanation("takes no such argument")


def test_an_error_of_the_network_that_a_world_answered_is_no_refusal() -> None:
    seen = raised(URLError)
    assert category_of(structs.replace(seen, files={})) is Category.RUNTIME
    assert category_of(structs.replace(seen, files={}, refused=("open a socket",))) is Category.BLOCKED


@pytest.mark.parametrize("contract", [Contract.EQUIVALENT, Contract.SUPERSET, Contract.COMPATIBLE])
def test_what_showed_no_fault_need_not_be_judged_again(contract: Contract) -> None:
    expected = [returned(1), returned(2), returned(3), returned(4), returned(5)]
    got = [returned(1), returned(2), returned("3"), HUNG, returned("5")]
    oracle = Oracle(contract=contract)
    whole, later = judge(oracle, expected, got), judge(oracle, expected, got, start=2)
    assert [(one.finding.key, one.index, one.inputs) for one in later.groups] == [
        (one.finding.key, one.index, one.inputs) for one in whole.groups
    ]
    assert later.deciding[0] == 3
    assert (whole.accepted, later.accepted) == (5, 3)
