"""One dream, end to end: choose inputs, observe, judge, confirm, shrink, measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .isolation import policy_of

if TYPE_CHECKING:
    from .engine import Engine
    from .reference import Reference

__all__ = ["Engine", "Reference", "policy_of"]


def __getattr__(name: str) -> Any:
    """Import ``Engine``, and with it Hypothesis, on first use: a controller with workers needs neither."""
    if name == "Engine":
        from .engine import Engine

        return Engine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
