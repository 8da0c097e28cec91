"""``athena-dreams tighten``: what earlier tests change in the next night, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..report.words import count, percent, rule_effect
from ..text import inert, printable
from .model_options import model_options, settings_of_models
from .options import ONLY_TYPE, TYPES, store_option

if TYPE_CHECKING:
    from ..dreaming.tightening import Tightened, Turn
    from ..report.figures import RuleReport

SHOWN_NAMES_OF_RULE = 5
"""Procedures that are named for a rule."""
SHOWN_CODE_LINES = 4


@click.command()
@click.argument("procedures", metavar="[PROCEDURE...]", nargs=-1)
@store_option
@model_options("private")
@click.option("--type", "types", **ONLY_TYPE)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="As for dream.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, in ASCII.")
def tighten(
    procedures: tuple[str, ...],
    store: Path,
    types: tuple[str, ...],
    seed: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Show what tests so far change in the next athena-dreams dream, and why. Nothing is changed.

    Rules against open failure patterns go into prompts; each is shown with its evidence, and with how dreams
    did with it and without it. Types and writers whose dreams were better get more places.
    """
    from ..dreaming.briefing import Briefing
    from ..dreaming.nights import read_past
    from ..dreaming.subjects import choose_subjects, subject_of
    from ..dreaming.tightening import rules_for, turns
    from ..llm.privacy import is_private
    from ..report.taught import rule_reports
    from ..store.database import Store
    from ..store.generation import read_procedures
    from ..store.lessons import read_lessons

    settings = settings_of_models(options)
    with Store.read(store) as opened:
        rows = read_procedures(opened)
        chosen = [subject_of(row) for row in choose_subjects(rows, procedures)]
        private = [
            row["id"]
            for row in rows
            if row["private"] or is_private(settings.private, row["name"], row["project"])
        ]
        lessons = read_lessons(opened)
        shown = [subject for subject in chosen if subject.id not in private]
        rules = rules_for(Briefing(lessons, private), shown, types or TYPES)
        effects = {one.pattern: one for one in rule_reports(opened, lessons.patterns)}
        places = turns(read_past(opened), seed)
    if as_json:
        data = {"rules": [asdict(one) for one in rules], "places": [asdict(one) for one in places]}
        click.echo(inert(json.dumps(data, indent=2)))
        return
    for line in (*_rules(rules, effects, len(shown)), *_places(places)):
        click.echo(line)


def _rules(rules: Sequence[Tightened], effects: dict[str, RuleReport], procedures: int) -> Iterator[str]:
    if not rules:
        yield "no rule goes into prompts: no failure pattern is open"
        return
    yield f"{count(len(rules), 'rule')} for prompts, at most five in each; one prompt in five carries none"
    for one in rules:
        lesson = one.lesson
        names = sorted({name for name, _ in one.prompts})
        listed = ", ".join(names[:SHOWN_NAMES_OF_RULE]) + (", …" if len(names) > SHOWN_NAMES_OF_RULE else "")
        yield ""
        yield printable(lesson.text, limit=400)
        yield f"  why: {count(lesson.open, 'dream')} now: {printable(lesson.title, limit=200)}"
        yield f"  for: {len(names)} of {count(procedures, 'procedure')} ({printable(listed, limit=200)})"
        if lesson.pattern in effects:
            yield f"  so far: {rule_effect(effects[lesson.pattern])}"
        for word, code in (("wrong", lesson.wrong), ("right", lesson.right)):
            for line in code.splitlines()[:SHOWN_CODE_LINES]:
                yield f"  {word} | {printable(line, limit=100)}"


def _places(places: Sequence[Turn]) -> Iterator[str]:
    yield ""
    if not places:
        yield "all types and writers get the same places: no dream of an earlier run was tested"
        return
    yield f"places by type and writer; {percent(places[0].even)} each if all got the same"
    for one in places:
        tested = one.better + one.worse
        yield (
            f"  {percent(one.share):>7}  {one.dream_type:<24} {printable(one.writer, limit=40):<32} "
            f"{one.better:.1f} of {tested:.1f} better"
        )


COMMANDS = (tighten,)
