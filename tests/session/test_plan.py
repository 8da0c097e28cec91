"""The plan: what the controller freezes reaches a worker unchanged, and each dream has one name in it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.models import Dream
from pytest_athena_dreams.naming import domain
from pytest_athena_dreams.session.packed import PackedDreams
from pytest_athena_dreams.session.plan import Plan
from tests.test_models import model

_DREAMS = st.lists(model(Dream), unique_by=lambda dream: dream.id, max_size=5).map(tuple)
_PLANS = st.builds(
    Plan,
    path=st.text(st.characters(codec="utf-8")),
    store_id=st.just("folder/athena.db"),
    dreams=_DREAMS,
    settings=st.builds(Settings, seed=st.integers(0, 2**63 - 1)),
    arguments=st.lists(st.text(st.characters(codec="utf-8"))).map(tuple),
)


@given(plan=_PLANS)
def test_a_plan_survives_the_wire(plan: Plan) -> None:
    assert Plan.unpacked(plan.packed()) == plan


@given(dreams=_DREAMS)
def test_packed_dreams_are_what_they_were_made_of(dreams: tuple[Dream, ...]) -> None:
    packed = PackedDreams.of(dreams)
    assert list(packed) == list(dreams)
    assert [packed[place] for place in range(len(packed))] == list(dreams)
    assert list(packed[1:]) == list(dreams[1:])
    assert packed == dreams


@given(plan=_PLANS)
def test_node_ids_are_unique_and_stable(plan: Plan) -> None:
    node_ids = [plan.node_id(dream) for dream in plan.dreams]
    assert len(set(node_ids)) == len(node_ids)
    again = Plan.unpacked(plan.packed())
    assert [again.node_id(dream) for dream in again.dreams] == node_ids


@given(dream=model(Dream))
def test_a_node_id_has_three_parts_that_pytest_can_read(dream: Dream) -> None:
    plan = Plan(path="/x/athena.db", store_id="athena.db", dreams=(dream,), settings=Settings())
    store, procedure, item = plan.node_id(dream).split("::")
    assert store == "athena.db"
    assert procedure == plan.family(plan.node_id(dream))
    assert item.endswith(f"-{dream.id}")
    assert not set("[]:/\\\n\r\x00") & set(procedure + item)
    assert plan.node_id(dream) == f"athena.db::{domain(dream)}"


@given(dream=model(Dream), code=st.text(st.characters(codec="utf-8")))
def test_a_node_id_does_not_hang_on_code_or_verdict(dream: Dream, code: str) -> None:
    assert domain(replace(dream, code=code, tier=3, label="other")) == domain(dream)
