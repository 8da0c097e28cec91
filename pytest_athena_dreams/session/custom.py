"""The user's own strategies: from the hook first, then from the ini key ``athena_strategies``.

A line of the ini key is ``PATTERN = MODULE:ATTRIBUTE``. The pattern is matched, as in a shell, against
``PROCEDURE.PARAMETER`` or, after ``type:``, against the text of the type; the attribute is a strategy.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import pytest

from ..errors import StrategyError
from ..signatures import Signature


@dataclass(frozen=True, slots=True)
class UserStrategies:
    """Looks up strategies for the parameters of a function; ``lines`` are those of the ini key."""

    config: pytest.Config
    lines: Sequence[str]

    def __call__(self, procedure: str, signature: Signature) -> Mapping[str, Any]:
        """The user's strategies for ``signature``, by parameter. Raises ``StrategyError``."""
        found = {}
        for p in signature.parameters:
            strategy = self.config.hook.pytest_athena_dreams_strategy(
                procedure=procedure, parameter=p.name, annotation=str(p.type or "Any")
            )
            if strategy is None:
                strategy = self._from_ini(f"{procedure}.{p.name}", f"type:{p.type or 'Any'}")
            if strategy is not None:
                found[p.name] = _checked(strategy, f"{procedure}.{p.name}")
        return found

    def _from_ini(self, *names: str) -> Any:
        for line in self.lines:
            pattern, equals, target = (part.strip() for part in line.partition("="))
            if not equals or ":" not in target:
                raise StrategyError(
                    f"invalid line {line!r} in athena_strategies: expected PATTERN = MODULE:ATTRIBUTE"
                )
            if any(fnmatchcase(name, pattern) for name in names):
                return _imported(line, target)
        return None


def _imported(line: str, target: str) -> Any:
    module, _, attribute = target.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as exc:
        raise StrategyError(
            f"invalid line {line!r} in athena_strategies: {exc} (searched: sys.path and the "
            "folder of the ini file)"
        ) from None


def _checked(strategy: Any, name: str) -> Any:
    from hypothesis.strategies import SearchStrategy

    if not isinstance(strategy, SearchStrategy):
        kind = type(strategy).__name__
        raise StrategyError(
            f"invalid strategy for {name}: expected a SearchStrategy, got an object of type {kind}"
        )
    return strategy
