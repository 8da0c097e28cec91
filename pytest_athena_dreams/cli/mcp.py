"""``athena-dreams mcp``: a server for agents on standard input and output."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import DreamsError
from .jail import settings_of
from .options import store_option


@click.command()
@store_option
@click.option("--allow-spend", is_flag=True, help="Let agents have dreams written, and models be paid.")
@click.option("--max-examples", metavar="N", help="Like pytest's --athena-max-examples.")
@click.option("--seed", metavar="N", help="Like pytest's --athena-seed.")
@click.option("--timeout", metavar="SECONDS", help="Like pytest's --athena-timeout.")
@click.option("--sandbox", metavar="MODE", help="Like pytest's --athena-sandbox, but not none.")
def mcp(store: Path, allow_spend: bool, **options: str | None) -> None:
    """Serve agents over MCP, on standard input and output.

    An agent's program starts this command. It needs the extra: pip install 'pytest-athena-dreams[mcp]'. Other
    settings come from the environment.
    """
    try:
        from ..mcp.service import make_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "pydantic"):
            raise
        raise DreamsError(
            f"the package {error.name} is missing; athena-dreams mcp needs the extra: "
            "pip install 'pytest-athena-dreams[mcp]'"
        ) from None
    from ..mcp.tools import service

    make_server(service(store.absolute(), settings_of(**options), spends=allow_spend)).run("stdio")


COMMANDS = (mcp,)
