"""An agent's command line as a model: the prompt on its standard input, the answer on its standard output.

Invariants: it runs in an empty folder of its own; it is killed with all its children when its time is over,
or when it has written ``LONGEST_OUTPUT`` bytes; an answer without the prompt's nonce does not count,
because one such tool started without its prompt and ended with status 0.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import tempfile
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from .configuration import ModelSettings
from .exchange import CallError, CallOutcome, Question, Reply
from .keys import redacted
from .keys import secrets as known_secrets
from .prices import most_tokens

LONGEST_OUTPUT = 4_000_000
"""Bytes of output after which the command is killed."""
ENDING = 5.0
"""Maximum seconds to wait for a killed command."""
_ERRORS = 2_000
"""Maximum characters to show from the end of its standard error."""
_AGENT_PROMPT = """{system}

{text}

Answer with one JSON object alone, by the JSON schema below. Add the field "nonce" with the value "{nonce}".
Use no tools. Write no files.
{schema}
"""


class AgentClient:
    """The agent that ``--athena-model-command`` starts, once for each question."""

    def __init__(self, settings: ModelSettings, environment: Mapping[str, str]) -> None:
        self.name = os.path.basename(settings.model_command[0])
        self._settings = settings
        self._environment = dict(environment)
        self._secrets = known_secrets(environment)

    async def ask(self, question: Question) -> Reply:
        """The answer to ``question``. Raises ``CallError``."""
        nonce = secrets.token_hex(8)
        schema = json.dumps(dict(question.schema))
        prompt = _AGENT_PROMPT.format(system=question.system, text=question.text, nonce=nonce, schema=schema)
        reply = _reply(self.name, await self._run(prompt))
        if reply.outcome is CallOutcome.ANSWERED and nonce not in reply.text:
            raise CallError(
                f"{self.name}: the answer lacks the nonce of the prompt, so it does not answer it",
                CallOutcome.UNREADABLE,
                billed=True,
            )
        return reply

    async def _run(self, prompt: str) -> str:
        """What the command prints when it is given ``prompt``. Raises ``CallError``."""
        with tempfile.TemporaryDirectory(prefix="athena-dreams-agent-") as folder:
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._settings.model_command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    cwd=folder,
                    env=self._environment | {"PWD": folder},
                    start_new_session=True,
                )
            except OSError as error:
                raise CallError(
                    f"{self.name}: can't be started: {error.strerror}", CallOutcome.REJECTED, final=True
                ) from None
            tasks = (
                asyncio.create_task(_read(process.stdout)),
                asyncio.create_task(_read(process.stderr)),
                asyncio.create_task(_feed(process, prompt)),
            )
            try:
                async with asyncio.timeout(self._settings.model_timeout):
                    output, errors, _ = await asyncio.gather(*tasks)
                    status = await process.wait()
            except TimeoutError:
                raise CallError(
                    f"{self.name}: no answer within {self._settings.model_timeout:g} s",
                    CallOutcome.TIMED_OUT,
                    billed=True,
                ) from None
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await _end(process)
        if status != 0:
            said = redacted(" ".join(errors[-_ERRORS:].split()), self._secrets)
            raise CallError(
                f"{self.name}: exit status {status}: {said}", CallOutcome.UNAVAILABLE, billed=True
            )
        return output

    def worst_cost(self, question: Question) -> Decimal | None:
        """The most that ``question`` can cost, in USD; ``None`` if no price was given."""
        price = self._settings.model_price
        if price is None:
            return None
        return price.of(most_tokens(question.system, question.text, _AGENT_PROMPT), question.tokens)

    async def close(self) -> None:
        """Nothing is open between two questions."""


async def _feed(process: asyncio.subprocess.Process, prompt: str) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may not read all of it
        process.stdin.write(prompt.encode("utf-8", "backslashreplace"))
        await process.stdin.drain()
    process.stdin.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the command with all its children, and read what is left in its pipes.

    For asyncio a process has not ended before its pipes have, and a full pipe does not end unread. A child
    that left the process group may keep one open: the wait ends after ``ENDING`` seconds.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ENDING):
            for stream in (process.stdout, process.stderr):
                assert stream is not None
                while await stream.read(65_536):
                    pass
            await process.wait()


async def _read(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    parts: list[bytes] = []
    size = 0
    while part := await stream.read(65_536):
        size += len(part)
        if size > LONGEST_OUTPUT:
            raise CallError(
                f"more than {LONGEST_OUTPUT:,} bytes of output", CallOutcome.UNREADABLE, billed=True
            )
        parts.append(part)
    return b"".join(parts).decode("utf-8", "replace")


def _reply(name: str, output: str) -> Reply:
    """The answer in ``output``, with or without the envelope of JSON that some agents print around it."""
    try:
        envelope = json.loads(output)
    except (ValueError, RecursionError):
        return Reply(text=output, model=name)
    if not isinstance(envelope, dict) or not isinstance(envelope.get("result"), str):
        return Reply(text=output, model=name)
    if envelope.get("is_error"):
        said = " ".join(envelope["result"][:_ERRORS].split())
        raise CallError(f"{name}: {said}", CallOutcome.UNAVAILABLE, billed=True)
    used = envelope.get("usage")
    used = used if isinstance(used, dict) else {}
    return Reply(
        text=envelope["result"],
        model=name,
        input_tokens=_count(used.get("input_tokens")),
        output_tokens=_count(used.get("output_tokens")),
        cost=_usd(envelope.get("total_cost_usd")),
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _usd(value: Any) -> Decimal | None:
    try:
        cost = Decimal(str(value))
    except InvalidOperation:
        return None
    return cost if cost.is_finite() and cost >= 0 else None
