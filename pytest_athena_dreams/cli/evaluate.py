"""``athena-dreams evaluate``: scores of dreams before they are tested."""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import DreamsError, SettingError
from ..report.words import count
from ..text import printable
from .model_options import check_prices, model_clients, model_options, settings_of_models
from .options import store_option

if TYPE_CHECKING:
    from ..evaluation.evaluating import Bench
    from ..evaluation.judging import Candidate
    from ..llm.asking import CallRecord
    from ..llm.configuration import ModelSettings
    from ..store.database import Store

LONGEST_FILE = 4_000_000
"""Bytes of an answer from a file or standard input that are read."""
SHOWN_PROBLEMS = 20
"""Maximum unreadable places to print."""


@click.command()
@click.argument("dreams", metavar="[DREAM...]", nargs=-1)
@store_option
@model_options("judge", "model_url", "model_command", "model_price", "model_timeout", "model_tokens",
    "model_concurrency", "private")  # fmt: skip
@click.option("--budget", type=click.FloatRange(min=0), metavar="USD", help="Spend this much at most.")
@click.option("--calls", type=click.IntRange(min=0), metavar="N", help="Send this many requests at most.")
@click.option("--from", "source", metavar="FILE", help="Read a chat's answer from FILE; - is standard input.")
@click.option("--prompt", is_flag=True, help="Print what to ask a chat, and do nothing else.")
@click.option("--again", is_flag=True, help="Also score dreams that have a score and are not tested yet.")
@click.option(
    "--tiers", is_flag=True, help="Without a judge: let scores decide tiers, instead of testing all."
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the random order."
)
def evaluate(
    dreams: tuple[str, ...],
    store: Path,
    budget: float | None,
    calls: int | None,
    source: str | None,
    prompt: bool,
    again: bool,
    tiers: bool,
    seed: int,
    **options: Any,
) -> None:
    """Score the dreams that wait for an evaluation (or DREAM, an id or label), and put them in tiers.

    \b
    with --judge or --model-command   a model scores them, in batches
    with --from FILE                  FILE holds the answer of a chat, in any form
    without                           the score is how such dreams fared before

    A score of 0.6 or more is Tier 1, of 0.3 or more Tier 2. What can't be read is listed and stays pending.
    """
    from ..evaluation.evaluating import CHAT, Bench
    from ..store.database import Store as Opened
    from ..store.evaluations import put_evaluations
    from ..store.tending import ids_of

    settings = settings_of_models(options)
    with Opened.open(store) as opened:
        bench = Bench.open(opened, ids_of(opened, dreams) or None, again=again)
        if not bench.rows:
            click.echo(
                "no dream waits for an evaluation; --again evaluates those with a score, too", err=True
            )
        elif prompt:
            _print_prompt(bench, settings, seed)
        elif source is not None:
            from ..evaluation.scores import read_scores

            labels = {row["label"]: row["id"] for row in bench.rows if row["label"]}
            reading = read_scores(_read(source), [row["id"] for row in bench.rows], labels)
            scored = put_evaluations(opened, bench.from_scores(reading.scores, CHAT))
            _summary(bench, scored, CHAT)
            for one in reading.unread[:SHOWN_PROBLEMS]:
                click.echo(f"not read: {printable(one.text, limit=60)} ({one.why})")
        elif settings.judge or settings.model_command:
            _judge(opened, bench, settings, budget=budget, calls=calls, seed=seed)
        else:
            scored = put_evaluations(opened, bench.from_history(tiers=tiers))
            _summary(bench, scored, "what such dreams did before; no model judged them")


def _shown(bench: Bench, settings: ModelSettings) -> list[Candidate]:
    """The dreams that a model may see; how many it may not is said on standard error."""
    candidates = bench.candidates(settings.private)
    if hidden := len(bench.rows) - len(candidates):
        click.echo(f"{hidden} dreams of private procedures are shown to no model", err=True)
    return candidates


def _print_prompt(bench: Bench, settings: ModelSettings, seed: int) -> None:
    from ..evaluation.judging import batches, prompt_for

    candidates = _shown(bench, settings)
    if not candidates:
        return
    (batch,) = batches(candidates, seed=seed, size=len(candidates))
    click.echo(printable(prompt_for(batch, rate=bench.history.rate), multiline=True), nl=False)


def _read(source: str) -> str:
    """The answer of a chat. Raises ``DreamsError``."""
    try:
        if source == "-":
            raw = sys.stdin.buffer.read(LONGEST_FILE)
        else:
            with open(source, "rb") as file:
                raw = file.read(LONGEST_FILE)
    except OSError as error:
        raise DreamsError(f"{source}: {error.strerror}; name a file with the answer of a chat") from None
    return raw.decode("utf-8-sig", "replace")


def _judge(
    store: Store, bench: Bench, settings: ModelSettings, *, budget: float | None, calls: int | None, seed: int
) -> None:
    """Have a model judge, batch by batch, and store each as it arrives."""
    from ..evaluation.judging import Session, batches, judge, question
    from ..llm.asking import Calls
    from ..llm.budget import Budget
    from ..store.evaluations import put_evaluations
    from ..store.requests import put_calls

    if budget is None and calls is None:
        raise SettingError("a judge needs a limit: give --budget USD, --calls N, or both")
    limits = Budget(money=None if budget is None else Decimal(str(budget)), calls=calls)
    clients = model_clients(settings, settings.judge, os.environ)
    groups = batches(_shown(bench, settings), seed=seed)
    if not groups:
        return
    check_prices(clients, limits, question(groups[0], rate=bench.history.rate, tokens=settings.model_tokens))
    scored = 0
    missing: list[int] = []
    problems: list[str] = []
    models: set[str] = set()
    with Calls(clients, limits, concurrency=settings.model_concurrency) as asking:
        for session in judge(asking, groups, rate=bench.history.rate, tokens=settings.model_tokens):
            if not isinstance(session, Session):
                problems.append(f"the budget is used up: {session}")
                continue
            answer = session.answer
            rows = put_calls(store, [stored_call(one, "judge") for one in answer.requests])
            models.add(answer.model)
            missing += session.missing
            if answer.value is not None:
                by_dream = dict.fromkeys(session.dreams, rows[-1])
                scores = bench.from_scores(answer.value.scores, answer.model, calls=by_dream)
                scored += put_evaluations(store, scores)
            if answer.problem:
                problems.append(f"{answer.outcome}: {answer.problem}")
    _summary(bench, scored, ", ".join(sorted(models)) or clients[0].name)
    click.echo(f"{count(limits.made, 'request')}, ${limits.spent:f}")
    for problem in dict.fromkeys(problems):
        click.echo(printable(problem, limit=300))
    if missing:
        click.echo(f"without a score: {', '.join(map(str, sorted(missing)[:SHOWN_PROBLEMS]))}")


def stored_call(record: CallRecord, purpose: str) -> Any:
    """A request as the store keeps it."""
    from ..store.requests import StoredCall

    return StoredCall(
        purpose=purpose,
        asked=record.asked,
        model=record.model,
        prompt=record.prompt,
        outcome=record.outcome.value,
        started_at=record.started_at,
        seconds=record.seconds,
        input_tokens=record.input_tokens,
        output_tokens=record.output_tokens,
        cost=None if record.cost is None else float(record.cost),
        problem=record.problem,
    )


def _summary(bench: Bench, scored: int, judge: str) -> None:
    click.echo(f"{scored} of {len(bench.rows)} dreams scored by {printable(judge, limit=200)}")


COMMANDS = (evaluate,)
