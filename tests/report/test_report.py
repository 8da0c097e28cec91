"""The report in its four formats: complete, within its schema, and with nothing of a dream's let loose."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from pytest_athena_dreams.cli import main
from pytest_athena_dreams.errors import StoreError
from pytest_athena_dreams.report.assembly import make_report
from pytest_athena_dreams.report.data import as_json, packaged_schema, schema
from pytest_athena_dreams.report.figures import Report
from pytest_athena_dreams.report.markdown import markdown, span
from pytest_athena_dreams.report.page import html
from pytest_athena_dreams.report.plain import plain
from pytest_athena_dreams.store.database import Store
from pytest_athena_dreams.store.nightly import begin_night, finish_night, put_step
from pytest_athena_dreams.store.records import Run

from .conftest import HOSTILE, IN_WORLD, RAISED, WRONG, fill, night, result

DOCS = Path(__file__).parents[2] / "docs"
DAY = 86_400
START = 1_800_000_000


def report_of(path: Path) -> Report:
    with Store.open(path) as store:
        return make_report(store)


@pytest.fixture
def report(path: Path) -> Report:
    """Two nights of twelve dreams: 2 is fixed, 4 broke, 3 and 6 stay broken."""
    fill(path, 12)
    night(path, {2: WRONG, 3: WRONG, 6: RAISED}, started_at=START)
    night(path, {3: WRONG, 4: WRONG, 6: RAISED}, started_at=START + DAY)
    return report_of(path)


def test_the_report_says_what_changed(report: Report) -> None:
    changes = report.changes
    assert (changes.new, changes.known, changes.fixed, changes.back) == ((4,), (3, 6), (2,), ())
    assert len(changes.passing) == 8
    assert report.run is not None
    assert (report.run.tested, report.run.passed, report.run.failed) == (12, 9, 3)
    assert [run.rate for run in report.runs] == [0.75, 0.75]
    assert report.totals.categories == {"logic": 2, "runtime": 1}


def test_patterns_carry_a_rule_and_evidence(report: Report) -> None:
    by_category = {pattern.category: pattern for pattern in report.patterns if pattern.open}
    raised = by_category["runtime"]
    assert (raised.status, raised.open, raised.frequency) == ("known", (6,), 2)
    assert raised.context == "its own raise"
    assert raised.example is not None
    assert raised.example.dream_id == 6
    for pattern in report.patterns:
        assert pattern.rule
        assert (pattern.example is None) == (pattern.status == "fixed")


def test_numbers_are_there(report: Report) -> None:
    assert report.calibration.count == 12
    assert report.speed is not None
    assert report.speed.count == 9
    assert len(report.health) == 2
    assert {group.name for group in report.breakdown.model} == {"model-a", "model-b"}
    assert set(report.adopt) <= {dream.id for dream in report.dreams if dream.outcome == "success"}


def test_evidence_is_told_in_every_format(report: Report) -> None:
    assert report.evidence is not None
    assert (report.evidence.count, report.evidence.low, report.evidence.high) == (9, 0.25, 0.75)
    assert report.evidence.mean == pytest.approx(5 / 9)  # of all that pass: not 3, 4 and 6
    best = {dream.id: dream for dream in report.dreams}[report.adopt[0]]
    assert (best.evidence, best.lines_reached, best.lines_total) == (0.5, 3, 4)
    assert "evidence of the passes: 56 % on average, 25 % at the least" in plain(report)
    assert "inputs, evidence 50 %" in plain(report)
    assert "- Evidence of the passes: 56 % on average, 25 % at the least." in markdown(report)
    assert "| 90 | 50 % |" in markdown(report)
    for text in ("Evidence of the passes", "<dd>3 of 4 reached</dd>", "<dt>evidence</dt><dd>75 %</dd>"):
        assert text in html(report)


def test_the_world_of_a_failure_is_shown_in_every_format(path: Path) -> None:
    fill(path, 3)
    night(path, {2: IN_WORLD}, started_at=START)
    report = report_of(path)
    (failed,) = [dream for dream in json.loads(as_json(report))["dreams"] if dream["outcome"] == "failure"]
    assert failed["contrast"] == ["- git push", "+ git pull"]
    assert [(part["kind"], part["name"], part["value"]) for part in failed["world"][:7]] == [
        ("command", "git push", "exits 1"),
        ("http", "GET http://a.example/", "404"),
        ("variable", "TOKEN", "'x'"),
        ("input", "", "'in'"),
        ("arguments", "", "-v"),
        ("clock", "", "1970-01-01 00:00:00"),
        ("file", "a.txt", "'one\\n'"),
    ]
    (pattern,) = json.loads(as_json(report))["patterns"]
    assert pattern["example"]["world"][0] == "git push: exits 1"
    for form in (plain, markdown, html):
        assert "git push: exits 1" in form(report)
    for text in ("- git push\n+ git pull", "<code>a.txt: &#39;one\\n&#39;</code>"):
        assert text in html(report)
    for text in (plain(report), markdown(report), html(report), as_json(report)):
        assert not [c for c in text if not c.isprintable() and c not in "\n\t"]


FOR_PROGRAMS = {"schema", "version", "untestable"}
"""Fields of the report that only its JSON has."""
NOT_IN: dict[Callable[[Any], str], set[str]] = {
    plain: {"tool", "procedures"},
    markdown: {"tool", "procedures", "store", "generated_at", "runs"},
    html: set(),
}
"""Other fields that a format leaves out."""


class Watched:
    """Wraps a report and records which of its fields are read."""

    def __init__(self, report: Report) -> None:
        self.report, self.read = report, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self.report, name)


@pytest.mark.parametrize("form", NOT_IN, ids=lambda form: form.__name__)
def test_every_part_is_shown_in_every_format(report: Report, form: Callable[[Any], str]) -> None:
    watched = Watched(report)
    form(watched)
    assert {field.name for field in fields(Report)} - watched.read == FOR_PROGRAMS | NOT_IN[form]


def test_only_some_dreams_are_shown_in_full_but_all_count(path: Path, report: Report) -> None:
    with Store.open(path) as store:
        some = make_report(store, most=2)
    examples = {pattern.example.dream_id for pattern in some.patterns if pattern.example}
    shown = {dream.id for dream in some.dreams}
    assert shown == {2, 4} | examples | set(some.adopt)  # what changed comes first
    assert shown < {dream.id for dream in report.dreams}
    assert replace(some, dreams=(), generated_at=0) == replace(report, dreams=(), generated_at=0)
    for text in (plain(some), markdown(some)):
        assert f"his report has {len(shown)} of 12 tested dreams in full: those of the last runs" in text
    assert "those of the last runs, of 12 tested ones" in html(some)
    assert "in full" not in plain(report)


def test_dreams_of_the_last_run_come_before_older_ones(path: Path) -> None:
    fill(path, 6)
    night(path, dict.fromkeys(range(1, 7), WRONG), started_at=START)
    with Store.open(path) as store:
        run = store.begin_run(Run(started_at=START + 1, settings="{}", seed=0, versions="{}", sandbox=""))
        store.record(run, result(2))
        store.finish_run(run, exit_status=0)
        made = make_report(store, most=1)
    assert made.changes.fixed == (2,)
    assert 2 in {dream.id for dream in made.dreams}


def test_json_keeps_to_the_shipped_schema(report: Report) -> None:
    data = json.loads(as_json(report))
    jsonschema.validate(data, packaged_schema())
    assert (data["schema"], data["version"]) == ("athena-dreams-report", 1)
    data["dreams"][0].pop("outcome")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, packaged_schema())


def test_the_shipped_schema_is_that_of_the_classes() -> None:
    assert packaged_schema() == schema()


def test_the_schema_is_documented_in_full() -> None:
    text = (DOCS / "report-schema.md").read_text(encoding="utf-8")
    for name, definition in schema()["$defs"].items():
        missing = [key for key in definition["properties"] if f"`{key}`" not in text]
        assert not missing, f"docs/report-schema.md says nothing of {name}: {missing}"


@pytest.mark.parametrize("brief", [False, True])
def test_nothing_of_a_dream_reaches_a_terminal_or_a_reader_raw(report: Report, brief: bool) -> None:
    for text in (plain(report), markdown(report, brief=brief), html(report), as_json(report)):
        assert not [c for c in text if not c.isprintable() and c not in "\n\t"]
        text.encode()


def test_a_terminal_of_80_columns_has_room(report: Report) -> None:
    first, *lines = plain(report).splitlines()
    assert report.store in first
    assert [line for line in lines if len(line) > 80] == []


def test_markdown_holds_what_a_dream_says_in_code_spans() -> None:
    assert span("a`b|c") == "``a`b\\|c``"
    assert span("`") == "`` ` ``"
    assert "\n" not in span(HOSTILE + "\n# head")
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", span(HOSTILE))
    assert outside == ""


class Tags(HTMLParser):
    """What a browser would make of a page: its tags, and attributes that load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.active: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        loads = [(k, v) for k, v in attrs if k in ("src", "href", "style", "action") or k.startswith("on")]
        self.active += [(k, v) for k, v in loads if v != "data:," and not (v or "").startswith("#")]


def test_a_page_has_one_style_one_script_and_nothing_that_loads(report: Report) -> None:
    page = Tags()
    text = html(report)
    page.feed(text)
    assert (page.tags.count("style"), page.tags.count("script"), page.tags.count("img")) == (1, 1, 0)
    assert page.active == []
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]


def test_a_store_without_runs_has_a_report(path: Path) -> None:
    fill(path, 2)
    report = report_of(path)
    assert report.run is None
    assert "none tested yet" in plain(report)
    assert "none tested yet" in markdown(report)
    assert "No dream was tested yet" in html(report)
    jsonschema.validate(json.loads(as_json(report)), packaged_schema())


@pytest.mark.parametrize(
    ("name", "start"),
    [("r.html", "<!doctype"), ("r.json", "{"), ("r.md", "# Athena"), ("r", "Athena dreams,")],
)
def test_the_command_writes_by_the_ending(report: Report, path: Path, name: str, start: str) -> None:
    target = path.parent / name
    done = CliRunner().invoke(main, ["report", "--store", str(path), "--output", str(target)])
    assert done.exit_code == 0, done.output
    assert target.read_text().startswith(start)
    assert "report of 12 tested dreams" in done.output


def test_the_command_refuses_a_folder_that_is_not_there(path: Path) -> None:
    fill(path, 1)
    target = path.parent / "no" / "r.html"
    done = CliRunner().invoke(main, ["report", "--store", str(path), "--output", str(target)])
    assert done.exit_code == 2
    assert "name a file in a folder that is there" in done.output


def test_a_thousand_dreams_stay_under_three_megabytes(path: Path) -> None:
    fill(path, 1000)
    night(path, {n: WRONG if n % 2 else RAISED for n in range(1, 700)}, started_at=START)
    text = html(report_of(path))
    assert text.count('<details class="dream"') == 1000
    assert len(text.encode()) < 3_000_000


def test_old_results_without_patterns_do_not_break_a_report(path: Path) -> None:
    """A store from before patterns were stored has failures without a sighting."""
    fill(path, 1)
    with Store.open(path) as store:
        run = store.begin_run(Run(started_at=1, settings="{}", seed=0, versions="{}", sandbox=""))
        store.record(run, result(1, WRONG))
    report = report_of(path)
    assert report.changes.new == (1,)
    assert report.patterns == ()
    assert report.dreams[0].patterns == ()
    assert html(report)


def test_a_report_of_a_night_is_as_that_night_left_the_store(path: Path) -> None:
    fill(path, 4)
    for number, failures in enumerate(({2: WRONG, 3: RAISED}, {3: RAISED, 4: WRONG}, {}), 1):
        with Store.open(path) as store:
            key = begin_night(store, settings={}, deadline=None)["id"]
            if failures:
                night(path, failures, started_at=START + number)
            put_step(store, key, "test", {"how": "done", "seconds": 1.0, "why": ""})
            finish_night(store, key, exit_status=0, path=path)
    with Store.open(path) as store:
        first, second, third = (make_report(store, night=n) for n in (1, 2, 3))
        now = make_report(store)
        with pytest.raises(StoreError, match=r"no night 9; see them with: athena-dreams nights"):
            make_report(store, night=9)
    assert first.run is not None
    assert (first.run.id, first.changes.new, len(first.runs), len(first.health)) == (1, (2, 3), 1, 1)
    assert {p.category: p.open for p in first.patterns} == {"logic": (2,), "runtime": (3,)}
    assert second.changes.fixed == (2,)
    assert replace(second, night=None, generated_at=0) == replace(now, generated_at=0)
    assert third.run == second.run  # a night without a test
    assert third.night is not None
    assert third.night.tested == 0
    for form, head in ((plain, "night 1, "), (markdown, "- Night 1, "), (html, "night 1, ")):
        assert head in form(first)
        assert "tested 4, adopted 0 dreams, spent: nothing" in form(first)
    done = CliRunner().invoke(main, ["report", "--store", str(path), "--night", "1", "--format", "md"])
    assert done.exit_code == 0, done.output
    assert "- Night 1, " in done.output
