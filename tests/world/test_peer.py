"""The network in a world: each usual client works as it is, and the parent's log says what was sent."""

from __future__ import annotations

import importlib.util
import json
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.models import ObservationKind
from pytest_athena_dreams.sandbox.client import SandboxPair, Source
from pytest_athena_dreams.sandbox.runner import Runner
from pytest_athena_dreams.world.answering import Answering
from pytest_athena_dreams.world.http1 import (
    NoRequest,
    canonical_body,
    canonical_headers,
    canonical_url,
    parsed,
)
from pytest_athena_dreams.worlds import Reply, Request, ServiceAnswer, World

from .kit import acted

ITEMS = "https://api.example.org/items"
WORLD = World(
    services=(
        ServiceAnswer(
            method="GET", url=ITEMS, replies=(Reply(body='[{"a": 1}]'), Reply(status=503, body="busy"))
        ),
        ServiceAnswer(method="POST", url=ITEMS, replies=(Reply(status=201, body='{"id": 7}'),)),
        ServiceAnswer(method="GET", url="http://refused.example/", fault="refused"),
        ServiceAnswer(method="GET", url="http://broken.example/", fault="broken"),
        ServiceAnswer(method="GET", url="http://silent.example/", fault="silent"),
    )
)
URLLIB = f"""
import urllib.request as u
with u.urlopen('{ITEMS}?b=2&a=1', timeout=5) as r: got = json.load(r)
q = u.Request('{ITEMS}', json.dumps(dict(z=1)).encode(), dict([('Content-Type', 'application/json')]))
with u.urlopen(q) as r: return [got, r.status, json.load(r)]
"""
CLIENT = """
import http.client
c = http.client.HTTPSConnection('api.example.org', timeout=5)
c.request('GET', '/items?a=1&b=2')
got = json.load(c.getresponse())
c.request('POST', '/items', json.dumps(dict(z=1)), dict([('Content-Type', 'application/json')]))
r = c.getresponse()
return [got, r.status, json.load(r)]
"""
REQUESTS = f"""
import requests
s = requests.Session()
got = s.get('{ITEMS}', params=dict(a=1, b=2)).json()
r = s.post('{ITEMS}', json=dict(z=1))
return [got, r.status_code, r.json()]
"""
HTTPX = f"""
import {{httpx}}
with {{httpx}}.Client() as c:
  got = c.get('{ITEMS}', params=dict(a=1, b=2)).json()
  r = c.post('{ITEMS}', json=dict(z=1))
  return [got, r.status_code, r.json()]
"""
HTTPX_ASYNC = f"""
import {{httpx}}
async def g():
  async with {{httpx}}.AsyncClient() as c:
    got = (await c.get('{ITEMS}', params=dict(a=1, b=2))).json()
    r = await c.post('{ITEMS}', json=dict(z=1))
    return [got, r.status_code, r.json()]
return asyncio.run(g())
"""
AIOHTTP = f"""
import aiohttp
async def g():
  async with aiohttp.ClientSession() as s:
    async with s.get('{ITEMS}', params=dict(a=1, b=2)) as r: got = await r.json()
    async with s.post('{ITEMS}', json=dict(z=1)) as r: return [got, r.status, await r.json()]
return asyncio.run(g())
"""
WAYS = {
    "urllib": URLLIB,
    "http": CLIENT,
    "requests": REQUESTS,
    "httpx": HTTPX.format(httpx="httpx"),
    "httpx2": HTTPX.format(httpx="httpx2"),
    "httpx-async": HTTPX_ASYNC.format(httpx="httpx"),
    "httpx2-async": HTTPX_ASYNC.format(httpx="httpx2"),
    "aiohttp": AIOHTTP,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_usual_client_works_without_certificates(jail: SandboxPair, way: str) -> None:
    if importlib.util.find_spec(way.partition("-")[0]) is None:
        pytest.skip(f"{way} is not installed")
    (seen,) = acted(jail, f"r = (lambda: None)\n{WAYS[way]}", WORLD)
    assert seen.kind is ObservationKind.RETURNED, seen
    assert seen.value == ["list", [["list", [["dict", [["a", 1]]]]], 201, ["dict", [["id", 7]]]]]
    assert seen.refused == ()
    assert seen.requests == (
        Request(kind="http", words=("GET", f"{ITEMS}?a=1&b=2")),
        Request(
            kind="http",
            words=("POST", ITEMS),
            details={"content-type": "application/json"},
            body='{"z": 1}',
        ),
    )


def test_faults_of_the_network_are_those_of_the_library(jail: SandboxPair) -> None:
    body = """
import urllib.request as u, urllib.error, http.client
out = []
for host in ('refused', 'broken', 'silent'):
  try: u.urlopen(f'http://{host}.example/', timeout=60)
  except OSError as exc: out.append(type(getattr(exc, 'reason', exc)).__name__)
for _ in range(2):
  try: out.append(u.urlopen('https://api.example.org/items').status)
  except urllib.error.HTTPError as exc: out.append([exc.code, exc.read().decode()])
return out
"""
    (seen,) = acted(jail, body, WORLD)
    errors = ["ConnectionRefusedError", "RemoteDisconnected", "TimeoutError"]
    assert seen.value == ["list", [*errors, 200, ["list", [503, "busy"]]]]


def test_an_event_loop_reads_a_connection_without_a_library(jail: SandboxPair) -> None:
    body = """
async def g():
  r, w = await asyncio.open_connection('api.example.org', 443, ssl=True)
  w.write(b'GET /items HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
  line = await r.readline()
  w.close()
  return line.decode()
return asyncio.run(g())
"""
    (seen,) = acted(jail, body, WORLD)
    assert seen.value == "HTTP/1.1 200 OK\r\n"


def test_another_protocol_is_refused_and_seen(jail: SandboxPair) -> None:
    body = """
import socket
s = socket.create_connection(('db.example.org', 6379), timeout=5)
s.sendall(b'PING\\r\\n\\r\\n')
return s.recv(10).decode()
"""
    (seen,) = acted(jail, body)
    assert seen.value == ""
    assert seen.refused == ("use a socket without HTTP or SMTP (no request line: b'PING')",)


def test_a_server_is_refused_and_seen(jail: SandboxPair) -> None:
    (seen,) = acted(jail, "import socket\nsocket.create_server(('127.0.0.1', 0))")
    assert seen.raised is not None
    assert seen.refused == ("open a socket for the network",)


def test_a_connection_while_code_loads_is_refused_and_seen(jail: SandboxPair) -> None:
    code = "import socket\ntry: socket.create_connection(('h', 80))\nexcept OSError: pass\ndef f(): pass\n"
    with Runner(jail, Source(code=code, entry_point="f", audited=True, acts=True)) as runner:
        assert runner.failure is None
        assert runner.load_refusals == ("open a socket for the network",)


def test_nothing_real_is_reached(jail: SandboxPair) -> None:
    """A server listens on loopback; a world has a host of the same name and port."""
    reached = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        port = server.getsockname()[1]
        bodies = [
            f"import urllib.request as u\nreturn u.urlopen('http://127.0.0.1:{port}/').read().decode()",
            f"import _socket\n_socket.socket(2, 1).connect(('127.0.0.1', {port}))",
            "import ctypes\nreturn ctypes.CDLL(None).socket(2, 1, 0)",
        ]
        seen = [acted(jail, body)[0] for body in bodies]
        try:
            server.accept()
            reached.set()
        except TimeoutError:
            pass
    assert not reached.is_set()
    assert seen[0].value == "{}"
    assert [one.refused for one in seen[1:]] == [("open a socket for the network",)] * 2


def answering(*services: ServiceAnswer) -> Answering:
    return Answering(World(services=services), "/root", dict)


def body_of(found: Answering, number: int, target: str, method: str = "GET") -> str:
    sent = found.peers.send(number, f"{method} {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode()).data
    return sent.partition(b"\r\n\r\n")[2].decode()


def test_pages_go_on_and_end() -> None:
    replies = (Reply(body="[1]"), Reply(body="[2]"), Reply(body="[]"))
    found = answering(ServiceAnswer(method="GET", url="http://h/x", replies=replies, paged=True))
    _, number, _ = found.peers.connect("h", 80)
    assert [body_of(found, number, "/x") for _ in range(3)] == ["[1]"] * 3
    assert [body_of(found, number, f"/x?page={n}") for n in (1, 2, 3, 4)] == ["[1]", "[2]", "[]", "[]"]
    assert [body_of(found, number, f"/x?offset={n}&limit=50") for n in (0, 50, 100)] == ["[1]", "[2]", "[]"]


def test_a_full_page_has_as_many_items_as_are_asked_for() -> None:
    found = answering(
        ServiceAnswer(method="GET", url="http://h/x", replies=(Reply(body="[1, 2]", full=True),))
    )
    _, number, _ = found.peers.connect("h", 80)
    assert [body_of(found, number, f"/x{query}") for query in ("", "?limit=3", "?per_page=1")] == [
        "[1, 2]",
        "[1, 2, 1]",
        "[1]",
    ]


def test_the_closest_url_answers_and_other_methods_and_hosts_do_not() -> None:
    found = answering(
        *(ServiceAnswer(method="GET", url=f"http://h/{x}", replies=(Reply(body=x),)) for x in ("a", "ab"))
    )
    _, number, _ = found.peers.connect("h", 80)
    _, other, _ = found.peers.connect("g", 80)
    assert [body_of(found, number, target) for target in ("/a", "/abc", "/x")] == ["a", "ab", "a"]
    assert [body_of(found, number, "/a", "POST"), body_of(found, other, "/a")] == ["{}", "a"]
    assert body_of(found, number, "/ab", "HEAD") == ""


def test_what_is_sent_in_pieces_is_one_request() -> None:
    found = answering()
    _, number, _ = found.peers.connect("h", 80)
    text = b"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n"
    sent = [found.peers.send(number, text[n : n + 1]).data for n in range(len(text))]
    assert [bool(one) for one in sent] == [False] * (len(text) - 1) + [True]
    assert [request.body for request in found.requests] == ["a=1"]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parser(data: bytes) -> None:
    for start in (b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"):
        try:
            found = parsed(start + data)
        except NoRequest:
            continue
        assert found is None or len(found[0].body) + len(found[1]) <= len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_request_is_not_parsed(data: bytes) -> None:
    with pytest.raises(NoRequest):
        parsed(data)


def test_what_libraries_write_differently_does_not_count() -> None:
    assert canonical_url("H", 443, False, "/a%20b/%7Ec?y=2&x=1") == "https://h/a%20b/~c?x=1&y=2"
    assert canonical_url("h", 8080, False, "/") == "http://h:8080/"
    headers = {
        "user-agent": "x",
        "accept": "*/*",
        "authorization": "t",
        "content-type": "Application/JSON; charset=x",
    }
    assert canonical_headers(headers) == {"authorization": "t", "content-type": "application/json"}
    assert canonical_headers({"content-type": "application/octet-stream"}) == {}
    parts = {"content-type": "multipart/form-data; boundary=xyz"}
    assert canonical_body(parts, b"--xyz\r\n\r\na--xyz--") == "--boundary\r\n\r\na--boundary--"
    assert canonical_body({}, b'{"b":1, "a":[2]}') == '{"a": [2], "b": 1}'
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert canonical_body(form, b"b=1&a=2") == "a=2&b=1"
    assert canonical_body({}, b"{no") == "{no"
    assert json.loads(canonical_body({}, b"[1e5]")) == [1e5]


SMTP = """
import smtplib
from email.message import EmailMessage
m = EmailMessage()
m['Subject'], m['From'], m['To'] = 'Done', 'a@example.org', 'b@example.org, c@example.org'
m.set_content('All well.\\n.dot')
with smtplib.SMTP('mail.example.org', 587, timeout=5) as s:
  s.starttls()
  s.login('user', 'secret')
  s.send_message(m)
with smtplib.SMTP_SSL('mail.example.org', timeout=5) as s:
  s.sendmail('a@example.org', ['d@example.org'], 'Subject: Plain\\n\\ntext')
"""


def test_mail_is_taken_and_logged(jail: SandboxPair) -> None:
    (seen,) = acted(jail, SMTP)
    assert (seen.kind, seen.refused) == (ObservationKind.RETURNED, ()), seen
    assert seen.requests == (
        Request(
            kind="mail",
            words=("SEND", "smtp://mail.example.org:587", "a@example.org", "b@example.org", "c@example.org"),
            details={"from": "a@example.org", "subject": "Done", "to": "b@example.org, c@example.org"},
            body="All well.\n.dot",
        ),
        Request(
            kind="mail",
            words=("SEND", "smtp://mail.example.org:465", "a@example.org", "d@example.org"),
            details={"subject": "Plain"},
            body="text",
        ),
    )


def test_a_mail_server_may_refuse(jail: SandboxPair) -> None:
    body = """
import smtplib
out = []
try: smtplib.SMTP('mail.example.org', timeout=5).sendmail('a@b', ['c@d'], 'x')
except (OSError, smtplib.SMTPException) as exc: out.append(type(exc).__name__)
return out
"""
    faults = [World(services=(ServiceAnswer(method="SEND", url="", fault=x),)) for x in ("refused", "broken")]
    seen = [acted(jail, body, world)[0].value for world in faults]
    assert seen == [["list", ["ConnectionRefusedError"]], ["list", ["SMTPRecipientsRefused"]]]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_mail_server(data: bytes) -> None:
    found = answering()
    _, number, _ = found.peers.connect("h", 25)
    for text in (data, b"\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\n", data, b"\r\n.\r\n"):
        try:
            found.peers.send(number, text)
        except NoRequest:
            return
