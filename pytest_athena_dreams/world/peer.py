"""The peer of all connections of one call: takes requests out of what they send, and answers them.

Invariants: an answer depends on the world, the request and how often it was asked, and on nothing else.
"""

from __future__ import annotations

import errno
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from ..worlds import Reply, Request, ServiceAnswer, World
from .http1 import NoRequest, answer, canonical_body, canonical_headers, canonical_url, parsed
from .mail import GREETING, MAIL_PORTS, Mailbox

SECURE_START = b"\x16\x03\x01TLS\n"
"""What a connection sends first if it is encrypted."""
CONNECTIONS = 500
"""Connections of one call."""
_PAGES = ("page", "p", "offset", "start", "cursor", "after", "skip")
_SIZES = ("per_page", "page_size", "limit", "size", "count", "first", "max_results")
_MOST_PAGES, _LONGEST_PAGE = 100, 200
_SAME_PAGES = 20
"""How often a URL gets the same page: code that pages in another way comes to an end then."""
_USUAL_REPLY = Reply(body="{}")


class Sent(NamedTuple):
    """What a peer sends back, whether it closes then, and whether it says nothing at all."""

    data: bytes = b""
    closed: bool = False
    silent: bool = False


class Connection:
    """What one connection sent and was not answered yet; ``mailbox`` answers it if it is to a mail server."""

    def __init__(self, host: str, port: int, mailbox: Mailbox | None) -> None:
        self.host, self.port = host, port
        self.mailbox = mailbox
        self.secure = False
        self.waiting = b""


class Peers:
    """The peers of one call in ``world``. ``note`` logs a request."""

    def __init__(self, world: World, note: Callable[[Request], None]) -> None:
        self._world = world
        self._note = note
        self._connections: list[Connection] = []
        self._times: Counter[str] = Counter()

    def connect(self, host: str, port: int) -> tuple[int, int, bytes]:
        """Connect to a host: an error number, the number of the connection, and what the peer says first."""
        refused = any(
            one.fault == "refused" and host == urlsplit(one.url).hostname for one in self._world.services
        )
        if refused or len(self._connections) >= CONNECTIONS:
            return errno.ECONNREFUSED, -1, b""
        mailbox = None
        if port in MAIL_PORTS:
            faults = {one.fault for one in self._world.services if one.method == "SEND"}
            if "refused" in faults:
                return errno.ECONNREFUSED, -1, b""
            mailbox = Mailbox(host, port, refuses=bool(faults))
        self._connections.append(Connection(host, port, mailbox))
        return 0, len(self._connections) - 1, GREETING if mailbox is not None else b""

    def send(self, number: int, data: bytes) -> Sent:
        """What comes back when ``data`` is sent. Raises ``NoRequest``."""
        if not 0 <= number < len(self._connections):
            raise NoRequest("no connection has this number")
        connection = self._connections[number]
        connection.waiting += data
        if connection.waiting.startswith(SECURE_START):
            connection.waiting, connection.secure = connection.waiting[len(SECURE_START) :], True
        if connection.mailbox is not None:
            return self._mailed(connection, connection.mailbox)
        sent = b""
        while (found := parsed(connection.waiting)) is not None:
            request, connection.waiting = found
            headers = request.headers
            url = canonical_url(connection.host, connection.port, connection.secure, request.target)
            self._note(
                Request(
                    kind="http",
                    words=(request.method, url),
                    details=canonical_headers(headers),
                    body=canonical_body(headers, request.body),
                )
            )
            service, reply = self._reply(request.method, url)
            if service is not None and service.fault:
                return Sent(sent, closed=True, silent=service.fault == "silent")
            head = request.method == "HEAD"
            body = _filled_page(reply.body, url) if reply.full else reply.body
            sent += answer(reply.status, reply.kind, body.encode(errors="replace"), head=head)
        return Sent(sent)

    def _mailed(self, connection: Connection, mailbox: Mailbox) -> Sent:
        sent, connection.waiting, messages, over = mailbox.answer(connection.waiting)
        for message in messages:
            self._note(message)
        return Sent(sent, closed=over)

    def _reply(self, method: str, url: str) -> tuple[ServiceAnswer | None, Reply]:
        found = _matching(method, url, self._world)
        key = f"{method} {url}"
        times, self._times[key] = self._times[key], self._times[key] + 1
        if found is None or not found.replies:
            return found, _USUAL_REPLY
        place = times + _page(url)
        if found.paged and times < _SAME_PAGES:
            place = _page(url)
        return found, found.replies[min(place, len(found.replies) - 1)]


def _matching(method: str, url: str, world: World) -> ServiceAnswer | None:
    """The answer whose URL begins like this one for longest, for the same host if the world knows that.

    Those for the same method go first; requests that change something get no answer of one that reads.
    """
    best, most = None, -1
    host, method = urlsplit(url).netloc, "GET" if method == "HEAD" else method
    known = [one for one in world.services if urlsplit(one.url).netloc == host] or world.services
    same = [one for one in known if one.method == method]
    for one in same or [one for one in known if "GET" not in (one.method, method)]:
        common = next(
            (n for n, pair in enumerate(zip(url, one.url, strict=False)) if pair[0] != pair[1]),
            min(len(url), len(one.url)),
        )
        if common > most:
            best, most = one, common
    return best


def _filled_page(body: str, url: str) -> str:
    """A list with its items repeated until there are as many as the URL asks for."""
    items = json.loads(body)
    size = _size_of(dict(parse_qsl(urlsplit(url).query, max_num_fields=1000)))
    return json.dumps((items * size)[:size]) if items and 1 <= size <= _LONGEST_PAGE else body


def _size_of(fields: dict[str, str]) -> int:
    """The size of a page that a query asks for, 0 if it asks for none."""
    sizes = [fields[name] for name in _SIZES if re.fullmatch(r"[1-9]\d{0,5}", fields.get(name, ""))]
    return int(sizes[0]) if sizes else 0


def _page(url: str) -> int:
    """The page that a URL asks for, from 0: a listing goes on there."""
    fields = dict(parse_qsl(urlsplit(url).query, max_num_fields=1000))
    for name in _PAGES:
        value = fields.get(name, "")
        if re.fullmatch(r"\d{1,6}", value):
            step = 1
            if name in ("offset", "start", "skip"):
                step = _size_of(fields) or 1
            return min(max(0, int(value) // step - (name in ("page", "p"))), _MOST_PAGES)
    return 0
