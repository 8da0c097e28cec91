"""A local server with OpenAI's API that answers, or misbehaves, as a test asks."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]


def completion(text: str, *, model: str = "small", finish: str = "stop", **message: Any) -> bytes:
    """A response with the answer ``text``, of 100 tokens of input and 50 of output."""
    return json.dumps(
        {
            "id": "chat-1",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": model,
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish,
                    "message": {"role": "assistant", "content": text, **message},
                }
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
        }
    ).encode()


class Handler(BaseHTTPRequestHandler):
    """One request; ``body`` is what was asked."""

    server: Server
    body: dict[str, Any]

    def do_POST(self) -> None:
        """Answer as the next behaviour does."""
        self.body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.asked.append(self.body)
            self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.server.flying += 1
            self.server.most = max(self.server.most, self.server.flying)
            script = self.server.script
            behave = script.pop(0) if len(script) > 1 else script[0]
        try:
            behave(self)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has gone, as some tests want
        finally:
            with self.server.lock:
                self.server.flying -= 1

    def reply(self, status: int, body: bytes, *, kind: str = "application/json", **headers: str) -> None:
        """Send a whole response."""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The server: ``script`` holds a behaviour for each request, and the last one stays."""

    daemon_threads = True

    def __init__(self, *script: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.lock = threading.Lock()
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.flying = self.most = 0
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        """What ``--model-url`` takes."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


@contextmanager
def serving(*script: Behaviour) -> Iterator[Server]:
    """A server that behaves as ``script`` says, one request after the other."""
    server = Server(*script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def answers(text: str, **options: Any) -> Behaviour:
    """Answer with ``text``."""
    return lambda handler: handler.reply(200, completion(text, **options))


def fails(status: int, message: str = "no", **headers: str) -> Behaviour:
    """An HTTP error."""
    body = json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()
    return lambda handler: handler.reply(status, body, **headers)


def sends(body: bytes, kind: str = "application/json") -> Behaviour:
    """Any bytes, of any content type."""
    return lambda handler: handler.reply(200, body, kind=kind)


def waits(handler: Handler) -> None:
    """Answer nothing until the test is over."""
    handler.server.ended.wait(30)


def never_ends(handler: Handler) -> None:
    """Keep the response going: white space, which JSON may begin with."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.end_headers()
    while not handler.server.ended.is_set():
        handler.wfile.write(b" " * 100)
        time.sleep(0.01)


def floods(handler: Handler) -> None:
    """As ``never_ends``, as fast as the client reads."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.end_headers()
    while not handler.server.ended.is_set():
        handler.wfile.write(b" " * 65_536)


def cuts(body: bytes) -> Behaviour:
    """Promise all of ``body``, send half of it, and close the connection."""

    def behave(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    return behave


def resets(handler: Handler) -> None:
    """Reset the connection instead of an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.wfile = _Nowhere()  # type: ignore[assignment]
    handler.rfile.close()
    handler.connection.close()


@dataclass
class _Nowhere:
    closed: bool = field(default=False)

    def write(self, data: bytes) -> int:
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True
