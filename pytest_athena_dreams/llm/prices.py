"""What tokens cost, in USD.

A price that the user gives comes first. A server on this machine costs nothing. Otherwise the price list of
genai-prices decides, which comes with the client; what it does not know has no price.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

MILLION = 1_000_000
OVERHEAD = 256
"""Tokens that a server adds to a prompt at most: roles, separators, the schema's own wrapping."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD for a million tokens of input and of output."""

    input: Decimal
    output: Decimal

    def of(self, input_tokens: int, output_tokens: int) -> Decimal:
        """The cost of so many tokens."""
        return (self.input * input_tokens + self.output * output_tokens) / MILLION


FREE = Price(input=Decimal(0), output=Decimal(0))


def is_local(url: str) -> bool:
    """Whether ``url`` is a server on this machine."""
    return urlsplit(url).hostname in _LOOPBACK


def most_tokens(*texts: str) -> int:
    """More tokens than ``texts`` can have: a token of any tokeniser in use has at least one byte."""
    return sum(len(text.encode("utf-8", "replace")) for text in texts) + OVERHEAD


def listed_cost(
    provider: str, model: str, input_tokens: int, output_tokens: int, *, cached_tokens: int = 0
) -> Decimal | None:
    """The cost by genai-prices' list; ``None`` if it does not know the model.

    ``cached_tokens`` are those of the input that the provider read from its cache.
    """
    from genai_prices import Usage, calc_price

    usage = Usage(
        input_tokens=input_tokens, output_tokens=output_tokens, cache_read_tokens=cached_tokens or None
    )
    try:
        return Decimal(calc_price(usage, model, provider_id=provider).total_price)
    except LookupError:
        return None
