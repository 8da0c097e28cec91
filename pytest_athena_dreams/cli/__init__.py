"""The ``athena-dreams`` command.

Invariants: a command imports what it needs when it runs, so that ``--help`` is quick; text from a dream is
escaped before it reaches the terminal; whatever this tool can't do ends in one ``Error: …`` on standard
error and status 2.
"""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from .. import __version__
from ..errors import DreamsError, StorePathError
from . import browse, demo, fill, jail, repro, teach, watch


class _Refusal(click.ClickException):
    exit_code = 2


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StorePathError as error:
            raise _Refusal(f"{error} (for another store: --store PATH)") from error
        except DreamsError as error:
            raise _Refusal(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="athena-dreams")
def main() -> None:
    """Keep a store of dreams, look into it, and into the jail that they are tested in.

    Exit status: 0 when done, 2 when it can't be done as asked (a missing store, a malformed file, a wrong
    option).
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for a terminal that is not UTF-8


for _module in (fill, browse, repro, demo, jail, teach, watch):
    for _command in _module.COMMANDS:
        main.add_command(_command)
