"""Dreams as pytest items: ``<store>::<procedure>::<dream type>-<id>``.

The nodes are session → store → procedure → dream; no file needs to exist, because a worker may run on a
machine without the store.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from ..errors import DreamsError, SandboxError, UntestableError
from ..models import Category, Contract, Dream, Fault, Outcome, Verdict
from ..naming import item_part, labelled, procedure_part
from ..text import printable, visible
from .digests import Digests
from .failure import DreamFailed, FailureRepr, reason_of, skip_reason
from .plan import Plan
from .processor import Affinity, processors_of
from .sharing import SharedVerdicts
from .tally import heading

if TYPE_CHECKING:
    from ..trial import Engine

BACKSTOP = 60.0
"""Seconds beyond all of a dream's own limits after which pytest-timeout ends it."""
FIGURES = ("evidence", "lines_reached", "lines_total")
"""Figures that a report has as properties, for junit."""
MEASURED = frozenset(f"athena_{n}" for n in (*FIGURES, "accepted", "category", "reason", "taken_from"))
"""Properties that a rerun replaces."""


class DreamPlugin:
    """Collects the plan's dreams and runs them; in every process that runs items."""

    def __init__(self, plan: Plan, config: pytest.Config) -> None:
        self.plan = plan
        self._config = config
        self._engine: Engine | None = None
        self._no_jail: SandboxError | None = None
        self._layers = ""
        """The layers of the jail in which the last dream ran."""
        self._shared = SharedVerdicts(messages=plan.settings.exceptions == "message")
        self.shown_path: str | None = None
        self._digests = Digests(config, plan)
        self._affinity = Affinity(processors_of(getattr(config, "workerinput", None)))

    def test(self, dream: Dream, *, again: bool = False) -> Verdict:
        """The verdict on one dream: that of an earlier dream here that behaves alike, or the engine's.

        The first dream starts the engine. A dream that a plugin for reruns tests ``again`` never gets an
        earlier verdict. Raises what :meth:`Engine.test` raises.
        """
        if self._no_jail is not None:
            raise self._no_jail
        if self._engine is None:
            self._engine = self._started()
        verdict = self._shared.verdict(dream) if dream.problem is None and not again else None
        if verdict is None:
            self._affinity.pin()
            try:
                self._layers = self._layers or self._engine.layers()
            except SandboxError as exc:
                self._no_jail = exc  # the next dream would take as long to find out
                raise
            try:
                verdict = self._engine.test(dream)
            except pytest.fail.Exception as exc:  # from pytest-timeout's signal handler
                verdict = self._timed_out(dream, exc)
            if not again:
                self._shared.add(dream, verdict)
        return verdict

    def _timed_out(self, dream: Dream, exc: BaseException) -> Verdict:
        """The verdict on a dream that pytest-timeout ended: recorded, so that the next run does not wait."""
        assert self._engine is not None
        self._engine.close()  # it may have been interrupted anywhere, even in the middle of a reply
        self._engine = None
        summary = f"no verdict in time: {exc}"
        return Verdict(
            dream_id=dream.id,
            outcome=Outcome.FAILURE,
            contract=dream.contract or Contract.FREE,
            category=Category.TIMEOUT,
            faults=(Fault(category=Category.TIMEOUT, summary=summary),),
        )

    def _started(self) -> Engine:
        from ..trial import (
            Engine,  # imports Hypothesis, which a controller with workers does not need
            policy_of,
        )
        from .custom import UserStrategies
        from .user_worlds import UserWorlds

        settings = self.plan.settings
        strategies = UserStrategies(self._config, self.plan.strategies)
        worlds = UserWorlds(self._config, self.plan.worlds)
        return Engine(settings, policy_of(settings, os.environ), strategies, worlds)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if isinstance(collector, pytest.Session) and report.passed and self.plan.dreams:
            report.result.append(StoreNode.from_parent(collector, plugin=self))
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if not isinstance(item, DreamItem) or call.when != "call":
            return report
        if item.verdict is not None:
            report.athena_verdict = item.verdict_json()  # type: ignore[attr-defined]
            report.athena_digest = self._digests.of(item.dream, self._layers)  # type: ignore[attr-defined]
            if report.skipped:  # otherwise pytest would show a line of this module
                report.longrepr = cast(
                    "Any", (self.plan.store_id, None, f"Skipped: {skip_reason(item.verdict)}")
                )
            item.verdict = None
        if call.excinfo is not None and _is_error(call.excinfo.value):
            report.when = "setup"  # pytest and junit then report an error, not a failure of the dream
            report.athena_error = type(call.excinfo.value).__name__  # type: ignore[attr-defined]
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> None:
        if not isinstance(nextitem, DreamItem):
            self._affinity.unpin()

    def pytest_unconfigure(self) -> None:
        if self._engine is not None:
            self._engine.close()


def _is_error(exception: BaseException) -> bool:
    """Whether a test ended by a fault of this tool, of its use or of a user's hook."""
    return isinstance(exception, Exception) and not isinstance(exception, DreamFailed)


class StoreNode(pytest.Collector):
    """The store: its children are the procedures of the plan's dreams."""

    def __init__(self, *, plugin: DreamPlugin, **kwargs: Any) -> None:
        plan = plugin.plan
        super().__init__(name=plan.store_id, nodeid=plan.store_id, path=Path(plan.path), **kwargs)
        self.plugin = plugin
        limits = plan.settings
        self.add_marker(pytest.mark.timeout(3 * limits.dream_timeout + limits.shrink_time + BACKSTOP))

    def collect(self) -> Iterable[ProcedureNode]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, dream in enumerate(self.plugin.plan.dreams):
            places[procedure_part(dream)].append(place)
        for name in sorted(places):
            yield ProcedureNode.from_parent(self, name=name, plugin=self.plugin, places=places[name])


class ProcedureNode(pytest.Collector):
    """A procedure: its children are its dreams, at the indices ``places`` in the plan."""

    def __init__(self, *, plugin: DreamPlugin, places: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plugin = plugin
        self.places = places

    def collect(self) -> Iterable[DreamItem]:
        for place in self.places:
            dream = self.plugin.plan.dreams[place]
            yield DreamItem.from_parent(
                self, name=item_part(dream), plugin=self.plugin, place=place, dream=dream
            )


class DreamItem(pytest.Item):
    """One dream: run in the jail and compared with its procedure; it fails if the verdict is failure.

    It holds only the dream's index in the plan; the dream is unpacked when it is needed.
    """

    def __init__(self, *, plugin: DreamPlugin, place: int, dream: Dream, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plugin = plugin
        self.place = place
        self.verdict: Verdict | None = None
        self.attempts = 0
        self.add_marker(
            pytest.mark.athena_dream(
                dream_type=sys.intern(dream.dream_type),
                tier=dream.tier,
                label=dream.label,
                model=sys.intern(dream.model_used) if dream.model_used else None,
            )
        )
        self._label = dream.label
        if dream.label:
            self.extra_keyword_matches.add(dream.label)
            self.user_properties.append(("athena_label", visible(dream.label)))

    @property
    def dream(self) -> Dream:
        return self.plugin.plan.dreams[self.place]

    def runtest(self) -> None:
        self.attempts += 1
        self.user_properties[:] = [(n, v) for n, v in self.user_properties if n not in MEASURED]
        verdict = self.verdict = self.plugin.test(self.dream, again=self.attempts > 1)
        self.user_properties.append(("athena_category", heading(verdict)))
        self.user_properties.append(("athena_accepted", verdict.accepted))
        for name in FIGURES:
            if (measured := getattr(verdict.figures, name)) is not None:
                self.user_properties.append((f"athena_{name}", measured))
        if verdict.figures.guess:
            self.user_properties.append(("athena_guess", printable(verdict.figures.guess)))
        if verdict.reason is not None:
            self.user_properties.append(("athena_reason", verdict.reason.value))
        if verdict.taken_from is not None:
            self.user_properties.append(("athena_taken_from", verdict.taken_from))
        if verdict.outcome is Outcome.FAILURE:
            raise DreamFailed(verdict)
        if verdict.outcome is Outcome.UNTESTABLE:
            if self.plugin.plan.settings.untestable == "fail":
                raise UntestableError(reason_of(verdict))
            pytest.skip(skip_reason(verdict))

    def verdict_json(self) -> str:
        """The verdict as JSON for the controller."""
        import msgspec

        return msgspec.json.encode(self.verdict).decode()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, DreamFailed):
            if hasattr(self.config, "workerinput"):  # the controller writes the full text
                fault = excinfo.value.verdict.faults[0]
                return f"{fault.category}: {printable(fault.summary)}"
            return FailureRepr(self.plugin.plan, self.place, excinfo.value.verdict, self.config)
        if isinstance(excinfo.value, DreamsError):
            return printable(f"{type(excinfo.value).__name__}: {excinfo.value}", multiline=True)
        return super().repr_failure(excinfo, style)

    @property
    def location(self) -> tuple[str, int | None, str]:
        """What pytest derives from ``reportinfo``; it would compute and store the path for each item."""
        if self.plugin.shown_path is None:
            self.plugin.shown_path = str(super().location[0])
        return self.plugin.shown_path, *self.reportinfo()[1:]

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, labelled(self.nodeid.partition("::")[2], self._label)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {labelled(self.name, self._label)}>"
