"""The configurations for agents name commands, options and keys that exist, and the docs name every tool."""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from pathlib import Path

from mcp import Client, StdioServerParameters

from pytest_athena_dreams.agents.answer import Answered, packaged_check_schema
from pytest_athena_dreams.cli import main
from pytest_athena_dreams.config import Settings
from pytest_athena_dreams.mcp.service import make_server
from pytest_athena_dreams.mcp.tools import service

ROOT = Path(__file__).parents[2]
AGENTS = ROOT / "examples" / "agents"


def entries() -> dict[str, dict[str, object]]:
    """The server's entry in each client's configuration."""
    return {
        "claude-code": json.loads((AGENTS / "claude-code" / ".mcp.json").read_text())["mcpServers"],
        "codex": tomllib.loads((AGENTS / "codex" / "config.toml").read_text())["mcp_servers"],
        "vscode": json.loads((AGENTS / "vscode" / ".vscode" / "mcp.json").read_text())["servers"],
    }


def test_each_client_starts_the_server() -> None:
    for servers in entries().values():
        entry = StdioServerParameters.model_validate(servers["athena-dreams"])
        assert entry.command == "athena-dreams"
        command = main.commands[entry.args[0]]
        context = command.make_context("mcp", entry.args[1:])
        assert context.params["store"] == Path("athena.db")


def test_the_skill_names_options_and_keys_that_there_are() -> None:
    text = (AGENTS / "claude-code" / ".claude" / "skills" / "check-changes" / "SKILL.md").read_text()
    assert text.startswith("---\nname: check-changes\ndescription: ")
    options = {option for parameter in main.commands["check"].params for option in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", text.replace("---", ""))) <= options
    known = set(packaged_check_schema()["$defs"]["Answer"]["properties"]) | {word.value for word in Answered}
    named = set(re.findall(r"`(\w+)`", text))
    assert named <= known
    assert {word.value for word in Answered} <= named


def test_every_tool_resource_and_prompt_is_documented() -> None:
    page = (ROOT / "docs" / "agents.md").read_text()

    async def go() -> set[str]:
        async with Client(make_server(service(Path("athena.db"), Settings()))) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            names |= {str(one.uri) for one in (await client.list_resources()).resources}
            return names | {one.name for one in (await client.list_prompts()).prompts}

    found = asyncio.run(go())
    assert len(found) == 10
    assert {name for name in found if f"`{name}" not in page} == set()
