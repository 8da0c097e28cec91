"""``athena-dreams dream``: writes variants of procedures, by transforms, models and plugins."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..report.words import count
from ..text import printable
from .model_options import check_prices, model_clients, model_options, settings_of_models
from .options import ONLY_TYPE, TYPES, store_option

if TYPE_CHECKING:
    from ..dreaming.authors import ModelAuthor
    from ..dreaming.generating import Author, Done, Generation, Order
    from ..llm.budget import Budget
    from ..llm.configuration import ModelSettings
    from ..store.database import Store

SHOWN_DREAM_PROBLEMS = 20
"""Maximum problems of models and plugins to print."""


@click.command()
@click.argument("procedures", metavar="[PROCEDURE...]", nargs=-1)
@store_option
@click.option(
    "--strategy",
    type=click.Choice(["light", "balanced", "deep"]),
    default="balanced",
    show_default=True,
    help="5, 15 or 30 dreams for each procedure.",
)
@click.option("--type", "types", **ONLY_TYPE)
@model_options("model", "model_url", "model_command", "model_price", "model_timeout", "model_tokens",
    "model_concurrency", "private")  # fmt: skip
@click.option("--budget", type=click.FloatRange(min=0), metavar="USD", help="Let models spend this much.")
@click.option("--calls", type=click.IntRange(min=0), metavar="N", help="Send models this many requests.")
@click.option(
    "--plugin", "plugins", metavar="MODULE|FILE", multiple=True, help="Let a plugin write too; repeatable."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Procedures whose prompts are sent to models at the same time.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the random choices."
)
@click.option("--dry-run", is_flag=True, help="Show what would be asked for and what it may cost.")
def dream(
    procedures: tuple[str, ...],
    store: Path,
    strategy: str,
    types: tuple[str, ...],
    budget: float | None,
    calls: int | None,
    plugins: tuple[str, ...],
    jobs: int,
    seed: int,
    dry_run: bool,
    **options: Any,
) -> None:
    """Write dreams of all procedures, or of those that PROCEDURE means.

    PROCEDURE is an id, a name, PROJECT/NAME, or a pattern with *.

    Mechanical transforms need no key and no network. A model writes too if one is named (--model or
    --model-command) and allowed to be asked (--budget, --calls, or both). Drafts that can't pass, or add
    nothing, are dropped. The others wait for athena-dreams evaluate.

    What was written is stored procedure by procedure. An interrupted run is continued by the same command.
    """
    from ..dreaming.generating import Order
    from ..dreaming.subjects import STRATEGIES, choose_subjects, subject_of
    from ..llm.privacy import is_private
    from ..store.database import Store as Opened
    from ..store.generation import read_procedures
    from ..store.locks import locked

    settings = settings_of_models(options)
    models = settings.model_command[:1] or settings.model
    limited = bool(budget) or bool(calls)
    with ExitStack() as stack:
        opened = stack.enter_context(Opened.open(store))
        stack.enter_context(locked(store, "dreaming", "writes dreams into"))
        rows = read_procedures(opened)
        if not rows:
            click.echo("no procedure in the store; import some with: athena-dreams import FILE", err=True)
            return
        subjects = tuple(map(subject_of, choose_subjects(rows, procedures)))
        order = Order(
            strategy=strategy,
            places=STRATEGIES[strategy],
            types=types or TYPES,
            seed=seed,
            subjects=subjects,
            others=tuple(subject_of(row) for row in rows),
            asked=(
                ("budget", str(budget)),
                ("calls", str(calls)),
                ("models", ",".join(models) if limited else ""),
                ("plugins", ",".join(plugins)),
            ),
        )
        private = frozenset(
            row["id"]
            for row in rows
            if row["private"] or is_private(settings.private, row["name"], row["project"])
        )
        if models and not limited:
            click.echo("no model is asked: give --budget USD, --calls N, or both", err=True)
        work = _Work(opened, store, order, settings, private)
        if plugins:
            work.add_plugins(plugins)
        if models and limited:
            money = None if budget is None else Decimal(str(budget))
            work.add_models(stack, money, calls)
        if dry_run:
            work.show_plan()
            return
        work.run(jobs)


class _Work:
    """One run of the command on an open store."""

    def __init__(
        self, store: Store, path: Path, order: Order, settings: ModelSettings, private: frozenset[int]
    ) -> None:
        from ..dreaming.briefing import Briefing
        from ..store.generation import unfinished_generation
        from ..store.lessons import read_lessons

        self.store = store
        self.path = path
        self.order = order
        self.settings = settings
        self.private = private
        self.briefing = Briefing(read_lessons(store), private)
        self.authors: list[Author] = []
        self.models: ModelAuthor | None = None
        self.limits: Budget | None = None
        self.run_id = unfinished_generation(store, order.digest)
        self.goes_on = self.run_id is not None

    def add_plugins(self, names: Sequence[str]) -> None:
        """Let plugins write. Raises ``SettingError``."""
        from ..dreaming.plugins import PluginAuthor

        self.authors.append(PluginAuthor(names, self.briefing, self.private))

    def add_models(self, stack: ExitStack, money: Decimal | None, calls: int | None) -> None:
        """Let the models write within what an interrupted run has left of the limits."""
        from ..dreaming.authors import ModelAuthor, Setup, prompt, spent_before
        from ..llm.asking import Calls
        from ..llm.budget import Budget
        from ..llm.keys import secrets
        from ..store.requests import run_calls

        clients = model_clients(self.settings, self.settings.model, os.environ)
        self.limits = Budget(money=money, calls=calls)
        setup = Setup(
            calls=stack.enter_context(
                Calls(clients, self.limits, concurrency=self.settings.model_concurrency)
            ),
            path=self.path,
            run_id=self.run_id or 0,
            tokens=self.settings.model_tokens,
            seed=self.order.seed,
            briefing=self.briefing,
            secrets=secrets(os.environ),
            private=self.private,
            others=self.order.others,
        )
        shown = [one for one in self.order.subjects if one.id not in self.private]
        if shown:
            sample = prompt(setup, shown[0], self.order.types[0], 0, 1, ())
            check_prices(clients, self.limits, sample)
        earlier = run_calls(self.store, self.run_id) if self.run_id else []
        spent_before(earlier, self.limits)
        self.models = ModelAuthor(setup, earlier)
        self.authors.append(self.models)

    def generation(self, run_id: int, jobs: int) -> Generation:
        """The run with this id."""
        from ..dreaming.generating import Generation
        from ..dreaming.mechanical import Losses, write
        from ..dreaming.nights import read_past

        self.losses = Losses()
        return Generation(
            self.store,
            run_id,
            self.order,
            mechanical=lambda subjects: write(
                subjects,
                types=self.order.types,
                others=self.order.others,
                seed=self.order.seed,
                losses=self.losses,
            ),
            authors=self.authors,
            past=read_past(self.store),
            private=self.private,
            jobs=jobs,
        )

    def show_plan(self) -> None:
        """Print what would be asked for, and what it may cost."""
        from ..dreaming.authors import planned_prompts

        order, made = self.order, self.generation(self.run_id or 0, 1)
        subjects = len(order.subjects)
        click.echo(
            f"{count(subjects, 'procedure')}, up to {order.places} dreams each: "
            f"{count(subjects * order.places, 'dream')} of {count(len(order.types), 'type')}"
        )
        plans = {subject.id: plan for subject, plan in made.plans()}
        for kind in ("plugin", "model"):
            asked = sum(sum(plan.get(kind, {}).values()) for plan in plans.values())
            if asked:
                click.echo(f"{kind}s are asked for {asked} of them")
        if self.models is None or self.limits is None:
            click.echo("nothing is spent")
            return
        prompts, worst = planned_prompts(
            self.models, order.subjects, {key: plan.get("model", {}) for key, plan in plans.items()}
        )
        limits = [f"{count(self.limits.calls, 'request')}"] if self.limits.calls is not None else []
        limits += [f"${self.limits.money}"] if self.limits.money is not None else []
        cost = "an unknown price" if worst is None else f"${worst:f}"
        click.echo(
            f"{count(prompts, 'prompt')} may cost {cost} without repeats; at most {' and '.join(limits)}"
        )

    def run(self, jobs: int) -> None:
        """Write the dreams, and print what was done."""
        from ..store.generation import (
            GenerationRun,
            begin_generation,
            finish_generation,
            finished_procedures,
        )
        from ..store.requests import interrupt

        if self.run_id is None:
            self.run_id = begin_generation(
                self.store,
                GenerationRun(
                    strategy=self.order.strategy,
                    plan=self.order.digest,
                    settings=self.order.settings,
                    seed=self.order.seed,
                ),
            )
        done = len(finished_procedures(self.store, self.run_id))
        if self.goes_on:
            interrupt(self.store, self.run_id)
            click.echo(
                f"run {self.run_id} goes on: {done} of {len(self.order.subjects)} procedures are finished"
            )
        if self.models is not None:
            self.models.use_run(self.run_id)
        made = self.generation(self.run_id, jobs)
        try:
            with _progress(len(self.order.subjects), done) as show:
                for one in made.run():
                    show(one)
        except KeyboardInterrupt:
            click.echo("interrupted; what is finished is stored, and the same command goes on", err=True)
            raise
        row = finish_generation(
            self.store, self.run_id, seconds=made.seconds(), reasons=[asdict(one) for one in made.reasons()]
        )
        self._summary(row)

    def _summary(self, row: dict[str, Any]) -> None:
        from ..dreaming.prefilter import DROPPED_WORDS, Dropped

        total = count(row["total_dreams_generated"], "dream")
        click.echo(
            f"{self.path}: {total} of {count(len(self.order.subjects), 'procedure')} in "
            f"{row['duration_seconds']:.1f} s; athena-dreams evaluate comes next"
        )
        for kind in TYPES:
            if number := row[f"{kind}_count"]:
                click.echo(f"  {kind:<26}{number}")
        dropped = json.loads(row["dropped"])
        if dropped:
            parts = ", ".join(
                f"{number} {DROPPED_WORDS[Dropped(why)]}" for why, number in sorted(dropped.items())
            )
            click.echo(f"dropped: {parts}")
        if row["requests"]:
            click.echo(f"{count(row['requests'], 'request')}, ${row['cost']:f}")
        if str(self.losses):
            click.echo(f"not written: {printable(str(self.losses), limit=400)}")
        problems = Counter(problem for author in self.authors for problem in author.problems)
        for problem, number in list(problems.items())[:SHOWN_DREAM_PROBLEMS]:
            times = f" ({number} times)" if number > 1 else ""
            click.echo(printable(problem, limit=300) + times)


@contextmanager
def _progress(total: int, before: int) -> Iterator[Callable[[Done], None]]:
    """Show each finished procedure: a bar on a terminal, a line each otherwise."""
    if not sys.stderr.isatty():
        yield lambda done: click.echo(_line(done))
        return
    with click.progressbar(length=total, label="dreaming", file=sys.stderr, show_pos=True) as bar:
        bar.update(before)

        def show(done: Done) -> None:
            bar.label = printable(done.subject.name, limit=30)
            bar.update(1)

        yield show


def _line(done: Done) -> str:
    dropped = sum(done.selection.dropped.values())
    return f"{printable(done.subject.name, limit=60)}: {count(len(done.ids), 'dream')}" + (
        f", {dropped} dropped" if dropped else ""
    )


COMMANDS = (dream,)
