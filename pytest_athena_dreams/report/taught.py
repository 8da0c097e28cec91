"""Whether rules in prompts help: dreams of prompts that showed a rule against those that left it out.

Invariant: only dreams whose prompt would have shown the rule are compared; one prompt in five leaves all of
its rules out, by chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..learn.comparison import compare
from ..store.database import Store
from ..store.requests import each_taught
from .figures import RuleReport

MOST_RULES_REPORTED = 20
"""Maximum rules of a report, those with the most dreams first."""


def rule_reports(store: Store, patterns: Mapping[str, Mapping[str, Any]]) -> tuple[RuleReport, ...]:
    """The rules that prompts have shown or left out, those with most tested dreams first."""
    shown, left_out = (Counter[str](), Counter[str]()), (Counter[str](), Counter[str]())
    for dream in each_taught(store):
        for keys, (tested, passed) in ((dream.rules, shown), (dream.withheld, left_out)):
            tested.update(keys)
            if dream.passed:
                passed.update(keys)
    made = []
    for key in {*shown[0], *left_out[0]}:
        with_rule = shown[1][key], shown[0][key]
        without = left_out[1][key], left_out[0][key]
        found = compare(with_rule, without)
        pattern = patterns.get(key)
        made.append(
            RuleReport(
                pattern=key,
                title=pattern["title"] if pattern else "",
                rule=(pattern["suggestion"] if pattern else None) or "",
                shown_tested=with_rule[1],
                shown_passed=with_rule[0],
                withheld_tested=without[1],
                withheld_passed=without[0],
                difference=found.difference if found else None,
                low=found.low if found else None,
                high=found.high if found else None,
            )
        )
    made.sort(key=lambda one: (-one.shown_tested - one.withheld_tested, one.pattern))
    return tuple(made[:MOST_RULES_REPORTED])
