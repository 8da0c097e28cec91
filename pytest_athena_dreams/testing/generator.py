"""``SyntheticTestGenerator``: inputs for a function, drawn from its signature."""

from __future__ import annotations

from typing import Any

from ..agents.warm import warm_checker
from ..api import settings_from
from ..config import Settings
from ..errors import SettingError

EDGE_CASES = 20
"""Edge cases by default."""


class SyntheticTestGenerator:
    """Draws inputs; the same ``seed`` gives the same ones for the same code. ``settings`` are as in the API.

    A method runs the code in the jail, to read its signature, and waits for it: in a coroutine, call it with
    ``asyncio.to_thread``. Raises ``SettingError`` for a seed that is no number from 0 to 2**63 - 1.
    """

    def __init__(self, seed: int = 42, **settings: Any) -> None:
        self._given = {"seed": seed} | settings
        settings_from(self._given)

    def generate_test_inputs(
        self, code: str, num_variants: int = 3, *, entry_point: str | None = None
    ) -> list[dict[str, Any]]:
        """At most ``num_variants`` distinct inputs as dicts by parameter, edge cases first.

        There are fewer if the types have no more values. At most a quarter are edge cases, and at least one
        is. Raises ``DreamsError`` if the code does not load, or if no input can be made.
        """
        if num_variants < 1:
            raise SettingError(f"invalid value {num_variants!r} for num_variants: expected a number from 1")
        with warm_checker(self._settings(num_variants)) as checker:
            return list(checker.direct.inputs(code, num_variants, entry_point))

    def generate_edge_case_inputs(
        self, code: str, *, limit: int = EDGE_CASES, entry_point: str | None = None
    ) -> list[dict[str, Any]]:
        """At most ``limit`` edge cases of the parameters' types. Raises as ``generate_test_inputs``."""
        with warm_checker(self._settings(limit)) as checker:
            return list(checker.direct.inputs(code, limit, entry_point, edges_only=True))

    def get_expected_output_type(self, code: str, *, entry_point: str | None = None) -> str:
        """The annotated type of what the function returns, ``"Any"`` without one. Raises ``DreamsError``."""
        with warm_checker(self._settings(1)) as checker:
            return checker.direct.returns(code, entry_point)

    def _settings(self, size: int) -> Settings:
        return settings_from({"max_examples": size} | self._given)
