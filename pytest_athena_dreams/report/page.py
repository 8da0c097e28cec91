"""The report as one HTML file that needs no network.

Invariants: Jinja escapes everything; a dream's text is made printable first; the content policy allows only
the one style sheet and the one script, by their hashes; code is cut so that a thousand dreams stay under
three megabytes.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from ..source.alignment import align
from ..text import printable
from . import charts
from .figures import DreamReport, ProcedureReport, Report
from .words import CHANGES, day, name, night_lines, number, percent, present, reasons, rule_effect, times

CODE = 1_400_000
"""Characters of code in one file, divided evenly among the dreams."""
LEAST_CODE, MOST_CODE = 600, 20_000
"""Minimum and maximum of the characters to show of one source."""


def html(report: Report) -> str:
    """The report as HTML."""
    folder = files("pytest_athena_dreams.report")
    style = (folder / "style.css").read_text(encoding="utf-8")
    script = (folder / "script.js").read_text(encoding="utf-8")
    limit = min(max(CODE // max(len(report.dreams), 1), LEAST_CODE), MOST_CODE)
    procedures = {procedure.id: procedure for procedure in report.procedures}

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "rule_effect": rule_effect,
        "safe_text": lambda text, limit=200: printable(str(text), limit=limit),
        "code": lambda text: _code(text, limit),
        "marked": lambda dream: _marked(dream, procedures.get(dream.procedure_id or 0), limit),
        "day": day,
        "name": name,
        "number": number,
        "percent": percent,
        "times": times,
        "ticked": _ticked,
    }
    template = environment.from_string((folder / "page.html").read_text(encoding="utf-8"))
    return template.render(
        report=report,
        charts=charts,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        **_words(report, procedures),
    )


def _words(report: Report, procedures: dict[int, ProcedureReport]) -> dict[str, Any]:
    dreams = {dream.id: dream for dream in report.dreams}
    parts = report.breakdown
    return {
        "changes": [(kind, ids) for kind, ids in present(report.changes) if kind != "passing"],
        "meanings": CHANGES,
        "open_patterns": any(pattern.open for pattern in report.patterns),
        "titles": {pattern.id: pattern.title for pattern in report.patterns},
        "breakdown": [
            ("By type", parts.dream_type),
            ("By model", parts.model),
            ("By tier", parts.tier),
            ("By procedure, the worst", sorted(parts.procedure, key=lambda g: (g.rate, -g.tested))),
        ],
        "reasons": reasons(report),
        "night_lines": list(night_lines(report.night)) if report.night else [],
        "adopt": [dreams[i] for i in report.adopt],
        "states": ["failure", "success", *CHANGES, "repaired"],
        "procedure_ids": set(procedures),
        "speed_labels": ["¼", "½", "0.8", "0.95", "1", "1.25", "2", "4", "8+"],
        "share_labels": [str(n) for n in range(10, 101, 10)],
    }


def _ticked(text: str) -> Markup:
    """A rule as HTML, with the code between backticks marked up."""
    parts = enumerate(text.split("`"))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in parts
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _code(text: str, limit: int) -> str:
    return printable(_cut(text, limit), multiline=True)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[:limit].rpartition("\n")[0] + "\n… (cut; 'athena-dreams show' has all of it)"


def _marked(dream: DreamReport, procedure: ProcedureReport | None, limit: int) -> Markup:
    """The dream's code, with marks on the line that raised and on lines that the procedure does not have."""
    lines = _cut(dream.code, limit).splitlines()
    own = {dream.line - 1} if dream.line else set()
    if procedure is not None:
        for equal, _, _, start, end in align(procedure.code.splitlines(), lines):
            own |= set() if equal else set(range(start, end))
    whole = len(own) >= len(lines)  # marks on every line would show nothing
    shown = [(n, escape(printable(line, multiline=True))) for n, line in enumerate(lines)]
    mark = Markup("<mark>{}</mark>")
    return Markup("\n").join(mark.format(line) if n in own and not whole else line for n, line in shown)
