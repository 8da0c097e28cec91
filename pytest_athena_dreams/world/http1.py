"""Requests of HTTP/1.1 out of the bytes that a connection sent, and answers as bytes.

Invariants: nothing here trusts the bytes: what is no request, or too large, raises ``NoRequest``.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

HEAD_BYTES, BODY_BYTES = 1 << 16, 1 << 20
"""Maximum bytes of a request's head and of its body."""
_REQUEST_LINE = re.compile(rb"([A-Z]{1,16}) (\S{1,16384}) HTTP/1\.[01]")
_PHRASES = {200: "OK", 201: "Created", 204: "No Content", 404: "Not Found", 500: "Internal Server Error"}
_LIBRARIES = (
    *("host", "content-length", "transfer-encoding", "connection", "keep-alive", "accept", "accept-encoding"),
    *("user-agent", "expect", "te", "accept-language"),
)
"""Headers that libraries set by themselves."""
_FORM = "application/x-www-form-urlencoded"
_USUAL_KINDS = (_FORM, "application/octet-stream", "text/plain")
"""Types that some libraries name for bodies of which the code says nothing."""
_PART_BOUNDARY = re.compile(r"boundary=\"?([\w'()+,./:=?-]{1,70})")


class NoRequest(Exception):
    """The bytes are no request, or too many."""


class Parsed(NamedTuple):
    """A request: its method, target, headers by name in lower case, and body."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


def parsed(data: bytes) -> tuple[Parsed, bytes] | None:
    """The first request in ``data`` and what comes after it; ``None`` if it is not yet complete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > HEAD_BYTES:
            raise NoRequest("a head of more than 64 KiB")
        return None
    first, *lines = data[:end].split(b"\r\n")
    match = _REQUEST_LINE.fullmatch(first)
    if match is None:
        raise NoRequest(f"no request line: {first[:80]!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise NoRequest("a header without a colon")
        name = name.strip().lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    rest = data[end + 4 :]
    if "chunked" in headers.get("transfer-encoding", "").lower():
        found = _chunks(rest)
    else:
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 9 or int(length) > BODY_BYTES:
            raise NoRequest("a body of unknown length, or of more than 1 MiB")
        found = (rest[: int(length)], rest[int(length) :]) if len(rest) >= int(length) else None
    if found is None:
        return None
    return Parsed(match[1].decode(), match[2].decode("latin-1"), headers, found[0]), found[1]


def _chunks(data: bytes) -> tuple[bytes, bytes] | None:
    body = b""
    while True:
        line, end, rest = data.partition(b"\r\n")
        if not end:
            return None
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError:
            raise NoRequest("a chunk without a length") from None
        if not 0 <= size <= BODY_BYTES - len(body):
            raise NoRequest("a body of more than 1 MiB")
        if len(rest) < size + 2:
            return None
        body, data = body + rest[:size], rest[size + 2 :]
        if size == 0:
            return body, data


def canonical_url(host: str, port: int, secure: bool, target: str) -> str:
    """The URL of a request; the order of its query's fields does not count."""
    scheme = "https" if secure or port == 443 else "http"
    place = host if port in (80, 443) else f"{host}:{port}"
    path, mark, query = target.partition("?")
    path = quote(unquote(path), safe="/:@!$&'()*+,;=~-._")
    fields = sorted(parse_qsl(query, keep_blank_values=True, max_num_fields=1000)) if mark else []
    return f"{scheme}://{place.lower()}{path}" + (f"?{urlencode(fields)}" if fields else "")


def canonical_headers(headers: dict[str, str]) -> dict[str, str | None]:
    """The headers that code sets, by name."""
    kept: dict[str, str | None] = {k: v for k, v in sorted(headers.items()) if k not in _LIBRARIES}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    kept.pop("content-type", None)
    return {**kept, "content-type": kind} if kind and kind not in _USUAL_KINDS else kept


def canonical_body(headers: dict[str, str], body: bytes) -> str:
    """A body as text: JSON and forms with their fields in order."""
    text = body.decode(errors="backslashreplace")
    if boundary := _PART_BOUNDARY.search(headers.get("content-type", "")):  # drawn at random by libraries
        text = text.replace(boundary[1], "boundary")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM and (fields := parse_qsl(text, keep_blank_values=True, max_num_fields=10_000)):
        return urlencode(sorted(fields))
    if text[:1] in ("{", "["):
        try:
            return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
        except (ValueError, RecursionError):
            return text
    return text


def answer(status: int, kind: str, body: bytes, *, head: bool = False) -> bytes:
    """The bytes of an answer; without the body to ``HEAD``."""
    lines = [f"HTTP/1.1 {status} {_PHRASES.get(status, 'Status')}", f"Content-Length: {len(body)}"]
    lines += [f"Content-Type: {kind}"] if body else []
    bodiless = head or status in (204, 304)
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if bodiless else body)
