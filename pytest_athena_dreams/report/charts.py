"""Charts as inline SVG, 360 units wide so that their text is legible on a phone.

Invariants: every text goes through ``markupsafe.escape``; colours are classes of the page's style sheet, so
no inline style is needed; every chart has a title for people who can't see it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from ..learn.metrics import Calibration, Distribution
from ..text import printable
from .figures import Health, PatternReport, RunReport
from .words import HEALTH_PARTS, percent

CHART_WIDTH = 360
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 26
POINTS = 60
"""Maximum runs in a chart over time, the last ones."""
CATEGORIES = (
    *("syntax", "dependency", "type", "runtime", "logic", "validation"),
    *("timeout", "resource", "blocked", "flaky", "unknown"),
)


def _svg(title: str, height: float, parts: Iterable[Markup]) -> Markup:
    body = Markup("").join(parts)
    return Markup('<svg viewBox="0 0 {} {:.0f}" role="img"><title>{}</title>{}</svg>').format(
        CHART_WIDTH, height, title, body
    )


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" class="{}">{}</text>').format(
        x, y, anchor, kind, text
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="{}"/>').format(
        x1, y1, x2, y2, kind
    )


def _rect(x: float, y: float, width: float, height: float, kind: str, tip: str = "") -> Markup:
    return Markup(
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="{}"><title>{}</title></rect>'
    ).format(x, y, max(width, 0), max(height, 0), kind, tip)


def _dot(x: float, y: float, radius: float, kind: str, tip: str) -> Markup:
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" class="{}"><title>{}</title></circle>').format(
        x, y, radius, kind, tip
    )


def _path(points: Sequence[tuple[float, float]], kind: str) -> Markup:
    drawn = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(points))
    return Markup('<path d="{}" class="{}"/>').format(drawn, kind)


def _scale(height: float, ticks: Iterable[tuple[float, str]]) -> list[Markup]:
    """Horizontal lines at shares of the height, each with its label on the left."""
    drawn = []
    for share, label in ticks:
        y = TOP + (1 - share) * height
        drawn += [
            _line(LEFT, y, CHART_WIDTH - RIGHT, y, "grid"),
            _text(LEFT - 6, y + 4, label, "end", "small"),
        ]
    return drawn


def _shares(height: float) -> list[Markup]:
    return _scale(height, [(0, "0 %"), (0.5, "50 %"), (1, "100 %")])


def _places(n: int) -> list[float]:
    """The centres of ``n`` equal columns."""
    width = (CHART_WIDTH - LEFT - RIGHT) / max(n, 1)
    return [LEFT + (i + 0.5) * width for i in range(n)]


def _runs_below(runs: Sequence[RunReport], y: float) -> list[Markup]:
    """Run numbers below a chart over runs, as many as there is room for."""
    step = math.ceil(len(runs) / 8)
    places = _places(len(runs))
    return [
        _text(x, y, str(run.id), "middle", "small")
        for n, (x, run) in enumerate(zip(places, runs, strict=True))
        if n % step == 0
    ]


def success(runs: Sequence[RunReport]) -> Markup:
    """The share of dreams that passed, run by run; columns behind it show how many were tested.

    Runs that were restricted to some dreams, such as the failed ones, are left out.
    """
    shown, height = [run for run in runs if run.rate is not None and not run.selection][-POINTS:], 150.0
    places, most = _places(len(shown)), max((run.tested for run in shown), default=1) or 1
    width = min(0.7 * (CHART_WIDTH - LEFT - RIGHT) / max(len(shown), 1), 28)
    columns = []
    for x, run in zip(places, shown, strict=True):
        tall = height * run.tested / most
        tip = f"run {run.id}: {run.tested} tested"
        columns.append(_rect(x - width / 2, TOP + height - tall, width, tall, "soft", tip))
    points = [(x, TOP + height * (1 - (run.rate or 0))) for x, run in zip(places, shown, strict=True)]
    dots = [
        _dot(x, y, 4, "c-good", f"run {run.id}: {run.passed} of {run.tested} pass")
        for (x, y), run in zip(points, shown, strict=True)
    ]
    below = _runs_below(shown, TOP + height + 18)
    parts = [*_shares(height), *columns, _path(points, "stroke-good"), *dots, *below]
    return _svg("Share of dreams that pass, by run", TOP + height + BOTTOM, parts)


def categories(runs: Sequence[RunReport]) -> Markup:
    """Failures by category, run by run."""
    shown, height = runs[-POINTS:], 150.0
    most = max((run.failed for run in shown), default=1) or 1
    width = min(0.7 * (CHART_WIDTH - LEFT - RIGHT) / max(len(shown), 1), 48)
    drawn = _scale(height, [(0, "0"), (1, str(most))])
    for x, run in zip(_places(len(shown)), shown, strict=True):
        y = TOP + height
        for category in CATEGORIES:
            n = run.categories.get(category, 0)
            part = height * n / most
            y -= part
            if n:
                drawn.append(
                    _rect(x - width / 2, y, width, part, f"k-{category}", f"run {run.id}: {category} {n}")
                )
    drawn += _runs_below(shown, TOP + height + 18)
    seen = [c for c in CATEGORIES if any(run.categories.get(c) for run in shown)]
    legend, bottom = _legend([(f"k-{c}", c) for c in seen], TOP + height + BOTTOM + 12)
    return _svg("Failures by category, by run", bottom, [*drawn, *legend])


def _legend(entries: Iterable[tuple[str, str]], y: float) -> tuple[list[Markup], float]:
    """Coloured squares with their words, in lines; and where the lines end."""
    drawn: list[Markup] = []
    x = float(LEFT)
    for kind, word in entries:
        room = 26 + 7.0 * len(word)
        if x + room > CHART_WIDTH:
            x, y = float(LEFT), y + 18
        drawn += [_rect(x, y - 9, 10, 10, kind), _text(x + 14, y, word, "start", "small")]
        x += room
    return drawn, y + 10


def health(rows: Sequence[Health]) -> Markup:
    """The score over time, and how full each of its parts is now."""
    shown, height = rows[-POINTS:], 90.0
    places = _places(len(shown))
    points = [(x, TOP + height * (1 - row.score)) for x, row in zip(places, shown, strict=True)]
    drawn = [*_scale(height, [(0, "0"), (0.5, "0.5"), (1, "1")]), _path(points, "stroke-accent")]
    drawn += [
        _dot(x, y, 3.5, "c-accent", f"health {row.score:.2f}")
        for (x, y), row in zip(points, shown, strict=True)
    ]
    y = TOP + height + 34
    for key, (word, most) in HEALTH_PARTS.items():
        value = shown[-1].parts.get(key, 0.0) if shown else 0.0
        drawn += [
            _text(LEFT - 28, y, word, "start", "small"),
            _rect(92, y - 10, 180, 12, "soft"),
            _rect(
                92, y - 10, 180 * min(value / most, 1), 12, "c-accent", f"{word}: {value:.2f} of {most:.2f}"
            ),
            _text(CHART_WIDTH - RIGHT, y, f"{value:.2f} of {most:.2f}", "end", "small"),
        ]
        y += 22
    return _svg("Health score over time, and its parts", y - 6, drawn)


def calibration(found: Calibration) -> Markup:
    """Forecast against outcome: on the diagonal they agree, the area of a dot is its number of dreams."""
    height = 220.0
    most = max((decile.count for decile in found.deciles), default=1) or 1
    room = CHART_WIDTH - LEFT - RIGHT
    drawn = [*_shares(height), _line(LEFT, TOP + height, CHART_WIDTH - RIGHT, TOP, "diagonal")]
    for decile in found.deciles:
        if decile.predicted is not None and decile.observed is not None:
            forecast, came = percent(decile.predicted), percent(decile.observed)
            tip = f"{decile.count} dreams: forecast {forecast}, {came} pass"
            x, y = LEFT + room * decile.predicted, TOP + height * (1 - decile.observed)
            drawn.append(_dot(x, y, 4 + 10 * math.sqrt(decile.count / most), "c-accent see-through", tip))
    ticks = ((0, "0 %", "start"), (0.5, "forecast 50 %", "middle"), (1, "100 %", "end"))
    drawn += [_text(LEFT + room * at, TOP + height + 18, word, anchor, "small") for at, word, anchor in ticks]
    return _svg("Viability score against the share that passed", TOP + height + BOTTOM, drawn)


def histogram(found: Distribution, labels: Sequence[str], title: str) -> Markup:
    """Counts by bin; ``labels`` name the bins below."""
    height = 140.0
    most = max(n for _, _, n in found.bins) or 1
    places = _places(len(found.bins))
    width = 0.85 * (CHART_WIDTH - LEFT - RIGHT) / len(found.bins)
    drawn = _scale(height, [(0, "0"), (1, str(most))])
    for x, (_, _, n), label in zip(places, found.bins, labels, strict=True):
        part = height * n / most
        drawn.append(_rect(x - width / 2, TOP + height - part, width, part, "c-accent", f"{label}: {n}"))
        drawn.append(_text(x, TOP + height + 18, label, "middle", "small"))
    return _svg(title, TOP + height + BOTTOM, drawn)


def patterns(found: Sequence[PatternReport], limit: int = 12) -> Markup:
    """Open patterns by how many dreams show them."""
    shown = [pattern for pattern in found if pattern.open][:limit]
    most = max((len(pattern.open) for pattern in shown), default=1)
    drawn: list[Markup] = []
    y = 16.0
    for pattern in shown:
        n = len(pattern.open)
        tip = printable(pattern.title, limit=200)
        drawn += [
            _text(0, y, printable(pattern.title, limit=54), "start", "small"),
            _rect(0, y + 5, (CHART_WIDTH - 40) * n / most, 9, f"k-{escape(pattern.category)}", tip),
            _text((CHART_WIDTH - 40) * n / most + 6, y + 14, str(n), "start", "small"),
        ]
        y += 33
    return _svg("Failure patterns by dreams", max(y - 12, 20), drawn)
