"""The ``athena-dreams`` command.

Invariants: a command imports its modules when it runs, so that ``--help`` is fast. Text from a dream is
escaped before it reaches the terminal. A request that can't be carried out ends in one ``Error: …`` on
standard error and exit status 2.
"""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from .. import __version__
from ..errors import DreamsError, StorePathError
from ..text import printable
from . import (
    adopt,
    browse,
    check,
    demo,
    dream,
    evaluate,
    fill,
    jail,
    mcp,
    night,
    repro,
    shards,
    teach,
    tend,
    tighten,
    watch,
)


class _Refusal(click.ClickException):
    exit_code = 2


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StorePathError as error:
            raise _Refusal(_shown(f"{error} (for another store: --store PATH)")) from error
        except DreamsError as error:
            raise _Refusal(_shown(str(error))) from error
        except click.FileError as error:
            raise _Refusal(_shown(error.format_message())) from error


def _shown(text: str) -> str:
    return printable(text, multiline=True)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="athena-dreams")
def main() -> None:
    """Manage a store of dreams, read what runs found, and check the jail.

    Exit status: 0 on success, 2 if the request can't be carried out (a missing store, a malformed file, an
    invalid option).
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for a terminal that is not UTF-8


for _module in (
    adopt,
    check,
    fill,
    dream,
    evaluate,
    tighten,
    browse,
    tend,
    shards,
    night,
    repro,
    demo,
    jail,
    teach,
    watch,
    mcp,
):
    for _command in _module.COMMANDS:
        main.add_command(_command)
