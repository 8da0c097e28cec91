"""Options and clients of models, for the commands that ask one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import SettingError
from ..llm.configuration import MODEL_SETTINGS, ModelSettings, resolve_models
from ..resolution import command_options, variables

if TYPE_CHECKING:
    from ..llm.budget import Budget
    from ..llm.exchange import Client, Question

F = TypeVar("F", bound=Callable[..., Any])


def model_options(*names: str) -> Callable[[F], F]:
    """The options of the settings of models with these ``names``: ``--model-url``, or ``--athena-model-
    url``."""

    def add(command: F) -> F:
        for setting in reversed([setting for setting in MODEL_SETTINGS if setting.name in names]):
            short = setting.option.replace("--athena-", "--")
            text = f"{setting.help[0].upper()}{setting.help[1:]} ({setting.variable})."
            command = click.option(
                short, setting.option, setting.name, metavar=setting.metavar, help=text
            )(command)  # fmt: skip
        return command

    return add


def settings_of_models(options: Mapping[str, str | None]) -> ModelSettings:
    """The settings that a command's options and the environment give. Raises ``SettingError``."""
    return resolve_models(command_options(options), variables(os.environ, MODEL_SETTINGS))


def model_clients(
    settings: ModelSettings, names: Sequence[str], environment: Mapping[str, str]
) -> list[Client]:
    """The clients of the models with these ``names``, or of the agent's command line.

    Raises ``SettingError`` if one can't be asked, or if there is none.
    """
    from ..llm.agent import AgentClient
    from ..llm.provider import ProviderClient

    if settings.model_command:
        return [AgentClient(settings, environment)]
    if not names:
        raise SettingError("no model is named: give --model or --judge, or --model-command")
    return [ProviderClient(name, settings, environment) for name in names]


def check_prices(clients: Sequence[Client], budget: Budget, question: Question) -> None:
    """Raise ``SettingError`` where the budget can't hold: no price is known, or one call costs more than
    all."""
    if budget.money is None:
        return
    for client in clients:
        worst = client.worst_cost(question)
        if worst is None:
            raise SettingError(
                f"the price of {client.name} is not known, so a budget of ${budget.money} can't be kept; "
                "give --model-price IN,OUT, or --calls N without --budget"
            )
        if worst > budget.money:
            raise SettingError(
                f"one request to {client.name} can cost ${worst:f}, more than the budget of ${budget.money}; "
                "raise --budget, or lower --model-tokens"
            )
