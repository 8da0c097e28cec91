"""One model behind an API, through pydantic-ai: the only module that knows it.

Invariants: one request is one attempt, because ``asking`` owns retries and the budget; a response is read up
to ``LONGEST_RESPONSE`` bytes, whatever the server sends; a text of a server is redacted before it leaves
here.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..errors import SettingError
from .configuration import ModelSettings
from .exchange import CallError, CallOutcome, Question, Reply
from .keys import KEY, redacted, secrets
from .prices import FREE, is_local, listed_cost, most_tokens

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.models import Model

LONGEST_RESPONSE = 4_000_000
"""Bytes of a response that are read: ten times the longest answer that counts."""
EXTRA = "pip install 'pytest-athena-dreams[models]'"
_SHOWN_WORDS = 300
"""Maximum characters of a server's message in an error."""


class ProviderClient:
    """A model of a provider, or of the server at ``--athena-model-url``."""

    def __init__(
        self,
        name: str,
        settings: ModelSettings,
        environment: Mapping[str, str],
        *,
        model: Model | None = None,
    ) -> None:
        """Ask ``model``, or the one that ``name`` and ``settings`` say.

        Raises ``SettingError`` if the provider is unknown, or has no key for it in ``environment``.
        """
        self.name = name
        self._settings = settings
        self._secrets = secrets(environment)
        self._price = settings.model_price
        try:
            self._model, self._http = (model, None) if model else _model(name, settings, environment)
        except ImportError as error:
            raise SettingError(
                f"model {name!r} needs a package: {error}; install it with: {EXTRA}"
            ) from error
        if self._price is None and settings.model_url is not None and is_local(settings.model_url):
            self._price = FREE
        self._native = bool(self._model.profile.get("supports_json_schema_output"))

    async def ask(self, question: Question) -> Reply:
        """The answer to ``question``. Raises ``CallError``."""
        if not self._native:
            return await self._request(question, native=False)
        try:
            return await self._request(question, native=True)
        except CallError as error:
            if error.outcome is not CallOutcome.REJECTED or error.final:
                raise
        # A server that knows no schemas rejects the request: the prompt describes the answer as well.
        reply = await self._request(question, native=False)
        self._native = False
        return reply

    async def _request(self, question: Question, *, native: bool) -> Reply:
        from pydantic_ai.direct import model_request
        from pydantic_ai.messages import ModelRequest, SystemPromptPart, UserPromptPart
        from pydantic_ai.models import ModelRequestParameters
        from pydantic_ai.output import OutputObjectDefinition
        from pydantic_ai.settings import ModelSettings as RequestSettings

        parameters = ModelRequestParameters()
        if native:
            shape = OutputObjectDefinition(json_schema=dict(question.schema), name=question.name, strict=True)
            parameters = ModelRequestParameters(output_mode="native", output_object=shape)
        limits = RequestSettings(
            max_tokens=question.tokens,
            timeout=self._settings.model_timeout,
            request_timeout=self._settings.model_timeout,
            max_retries=0,
        )
        try:
            response = await model_request(
                self._model,
                [ModelRequest(parts=[SystemPromptPart(question.system), UserPromptPart(question.text)])],
                model_settings=limits,
                model_request_parameters=parameters,
            )
        except Exception as error:  # what the client makes of a server's bytes can be any exception
            raise self._call_error(error) from None  # its cause may hold the request, and so the key
        details = response.provider_details or {}
        outcome = CallOutcome.ANSWERED
        if response.finish_reason == "length":
            outcome = CallOutcome.TRUNCATED
        elif response.finish_reason == "content_filter" or details.get("refusal"):
            outcome = CallOutcome.REFUSED
        usage = response.usage
        known = bool(usage.input_tokens or usage.output_tokens)
        return Reply(
            text=response.text or "",
            model=response.model_name or self.name,
            outcome=outcome,
            input_tokens=usage.input_tokens if known else None,
            output_tokens=usage.output_tokens if known else None,
            cost=self._cost(usage) if known else None,
        )

    def worst_cost(self, question: Question) -> Decimal | None:
        """The most that ``question`` can cost, in USD; ``None`` if the price is not known."""
        asked = most_tokens(question.system, question.text, json.dumps(dict(question.schema)))
        if self._price is not None:
            return self._price.of(asked, question.tokens)
        return self._listed(asked, question.tokens)

    def _listed(self, asked: int, answered: int, cached: int = 0) -> Decimal | None:
        model = self._model
        return listed_cost(model.system, model.model_name, asked, answered, cached_tokens=cached)

    def _cost(self, usage: Any) -> Decimal | None:
        if self._price is not None:
            return self._price.of(usage.input_tokens, usage.output_tokens)
        if usage.cost is not None:  # a gateway's own bill
            return Decimal(usage.cost)
        return self._listed(usage.input_tokens, usage.output_tokens, usage.cache_read_tokens)

    async def close(self) -> None:
        """Close its connections."""
        if self._http is not None:
            await self._http.aclose()

    def _call_error(self, error: Exception) -> CallError:
        from pydantic_ai import exceptions as failures

        text = redacted(f"{self.name}: {_words(error)}", self._secrets)
        wait = getattr(error, "retry_after", None)
        match error:
            case failures.ModelRateLimitError():
                return CallError(text, CallOutcome.RATE_LIMITED, retry_after=wait)
            case (
                failures.ModelQuotaExceededError()
                | failures.ModelAuthenticationError()
                | failures.ModelNotFoundError()
            ):
                return CallError(text, CallOutcome.REJECTED, final=True)
            case failures.ModelRequestRejectedError():
                return CallError(text, CallOutcome.REJECTED)
            case failures.ModelTimeoutError() | failures.ModelRequestTimeout():
                return CallError(text, CallOutcome.TIMED_OUT, billed=getattr(error, "phase", "") != "connect")
            case failures.ModelConnectionError(phase="connect" | "pool"):
                return CallError(text, CallOutcome.UNAVAILABLE)
            case failures.ModelServerError() | failures.ModelUnavailableError():
                return CallError(text, CallOutcome.UNAVAILABLE, retry_after=wait)
            case failures.ModelConnectionError() if not isinstance(error.__cause__, _TooLong):
                return CallError(text, CallOutcome.UNAVAILABLE, billed=True)
        return CallError(text, CallOutcome.UNREADABLE, billed=True)


def _model(
    name: str, settings: ModelSettings, environment: Mapping[str, str]
) -> tuple[Model, httpx2.AsyncClient | None]:
    """The model, and the HTTP client that it was given."""
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.models import infer_model
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers import infer_provider, infer_provider_class
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    if settings.model_url is not None:
        http = _http_client()
        # Servers other than OpenAI's know the older name of the limit.
        provider = OpenAICompatibleProvider(
            "server",
            base_url=settings.model_url,
            api_key=environment.get(KEY) or None,
            http_client=http,
            profile=OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False),
        )
        return OpenAIChatModel(name, provider=provider), http
    made: list[httpx2.AsyncClient] = []

    def provide(provider_name: str) -> Any:
        kind: Any = infer_provider_class(provider_name)
        if "http_client" not in inspect.signature(kind).parameters:
            return infer_provider(provider_name)
        made.append(_http_client())
        return kind(http_client=made[-1])

    try:
        return infer_model(name, provide), made[0] if made else None
    except (UserError, ValueError) as error:
        text = redacted(_words(error), secrets(environment))
        raise SettingError(
            f"model {name!r} can't be asked: {text}; name it PROVIDER:MODEL, such as openai:gpt-5-mini, with "
            "the provider's key in the environment, or give a server with --model-url"
        ) from None


class _TooLong(Exception):
    """A response of more than ``LONGEST_RESPONSE`` bytes."""


def _http_client() -> httpx2.AsyncClient:
    import httpx2
    from pydantic_ai.models import create_async_httpx2_client

    class Bounded(httpx2.AsyncByteStream):
        """A response's bytes, up to ``LONGEST_RESPONSE``."""

        def __init__(self, stream: httpx2.AsyncByteStream) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            read = 0
            async for part in self._stream:
                read += len(part)
                if read > LONGEST_RESPONSE:
                    raise _TooLong(f"the response has more than {LONGEST_RESPONSE:,} bytes")
                yield part

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def bound(response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = Bounded(response.stream)

    client = create_async_httpx2_client()
    client.event_hooks["response"].append(bound)
    return client


def _words(error: Exception) -> str:
    """What went wrong, in one line."""
    text = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return text if len(text) <= _SHOWN_WORDS else text[: _SHOWN_WORDS - 1] + "…"
