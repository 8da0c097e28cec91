"""The network in a world: connections to hosts lead to the parent, which is the peer of all of them.

A connection is a pair of local sockets, so ``select``, time limits and event loops see a real descriptor.
What is sent on it goes to the parent at once, and the parent's answer is put where the code reads it. Nothing
is encrypted: TLS is a first line that says so. Sockets of other kinds are left to the kernel's filter, which
refuses them.
"""

from __future__ import annotations

import _socket
import contextlib
import errno
import os
import socket
import ssl
import zlib
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from .window import Window, to_text

SECURE = b"\x16\x03\x01TLS\n"
"""What a connection sends first if it is encrypted."""
SENT_PIECE = 1 << 18
"""Bytes of one question."""
_STREAM_MASK = 0xF
_PORTS = {"http": 80, "https": 443, "smtp": 25}
_OWN_HOST = "host"
_PLAIN = _socket.socket
_OWN_ADDRESS = ("10.0.0.1", 50_000)


class Peer:
    """The other end of a connection: the parent's number of it, and where its answers are put."""

    __slots__ = ("end", "number", "silent", "to")

    def __init__(self, end: Any) -> None:
        self.end = end
        self.number = -1
        self.silent = False
        self.to = ("", 0)


class Sockets:
    """The connections of one call after another. Until the first call, none can be opened."""

    def __init__(self, window: Window) -> None:
        self._ask = window.ask
        self._peers: WeakKeyDictionary[Any, Peer] = WeakKeyDictionary()
        self._names: dict[str, str] = {}
        self._live = False

    def begin(self) -> None:
        """Close the connections of the last call."""
        self._live = True
        for peer in [*self._peers.values()]:
            peer.end.close()
        self._peers.clear()

    def install(self) -> None:
        """Take the place of what opens connections."""
        of_socket: dict[str, Callable[..., Any]] = {
            "__init__": self._made(socket.socket.__init__),
            "connect": self.connect,
            "connect_ex": self.connect_ex,
            "bind": self.bind,
            "send": self.send,
            "sendall": self.sendall,
            "setsockopt": self._unless_peer(_PLAIN.setsockopt, lambda peer: None),
            "getpeername": self._unless_peer(_PLAIN.getpeername, lambda peer: peer.to),
            "getsockname": self._unless_peer(_PLAIN.getsockname, lambda peer: _OWN_ADDRESS),
            "recv": self._receiving(_PLAIN.recv),
            "recv_into": self._receiving(_PLAIN.recv_into),
            "_real_close": self._closing(socket.socket._real_close),  # type: ignore[attr-defined]
        }
        for name, function in of_socket.items():
            setattr(socket.socket, name, _method(function))
        vars(socket).update(
            getaddrinfo=self.getaddrinfo,
            gethostbyname=self._address,
            getfqdn=lambda name="": name or _OWN_HOST,
        )
        for name in ("load_verify_locations", "load_default_certs", "set_default_verify_paths"):
            setattr(ssl.SSLContext, name, lambda *_, **__: None)
        setattr(ssl.SSLContext, "wrap_socket", _method(self.wrap_socket))  # noqa: B010
        setattr(ssl.SSLContext, "wrap_bio", _method(self.wrap_bio))  # noqa: B010

    def _made(self, plain: Callable[..., None]) -> Callable[..., None]:
        def init(own: Any, family: int = -1, type: int = -1, proto: int = -1, fileno: Any = None) -> None:
            stream = type == -1 or type & _STREAM_MASK == socket.SOCK_STREAM
            if fileno is not None or family not in (socket.AF_INET, socket.AF_INET6, -1) or not stream:
                return plain(own, family, type, proto, fileno)
            if family == socket.AF_INET6:  # libraries look for it as they load
                raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
            ours, theirs = _socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
            plain(own, socket.AF_UNIX, socket.SOCK_STREAM, 0, ours.detach())
            self._peers[own] = Peer(theirs)
            return None

        return init

    def connect(self, own: Any, address: Any) -> None:
        """As ``socket.connect``."""
        if error := self.connect_ex(own, address):
            raise OSError(error, os.strerror(error))

    def connect_ex(self, own: Any, address: Any) -> int:
        """As ``socket.connect_ex``."""
        peer = self._peers.get(own)
        if peer is None:
            return _PLAIN.connect_ex(own, address)
        if not self._live:
            _PLAIN(socket.AF_INET, socket.SOCK_STREAM)  # which the kernel refuses, and the parent notes
        host, port = address[0], int(address[1])
        answer = self._ask("connect", host=to_text(self._names.get(host, host)), port=port)
        peer.number, peer.to = answer["number"], (host, port)
        peer.end.sendall(answer["text"].encode("latin-1"))
        return int(answer["error"])

    def bind(self, own: Any, address: Any) -> None:
        """As ``socket.bind``: nobody can be waited for here."""
        if own in self._peers:
            _PLAIN(socket.AF_INET, socket.SOCK_STREAM)
        _PLAIN.bind(own, address)

    def send(self, own: Any, data: Any, flags: int = 0) -> int:
        """As ``socket.send``."""
        peer = self._peers.get(own)
        if peer is None:
            return _PLAIN.send(own, data, flags)
        if peer.number < 0:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        sent = bytes(memoryview(data).cast("B")[:SENT_PIECE])
        answer = self._ask("send", number=peer.number, text=to_text(sent))
        with contextlib.suppress(OSError):  # the code closed its end
            peer.end.sendall(answer["text"].encode("latin-1"))
            if answer["closed"]:
                peer.end.shutdown(socket.SHUT_WR)
        peer.silent = answer["silent"]
        return len(sent)

    def sendall(self, own: Any, data: Any, flags: int = 0) -> None:
        """As ``socket.sendall``."""
        if self._peers.get(own) is None:
            return _PLAIN.sendall(own, data, flags)
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[self.send(own, rest) :]
        return None

    def _receiving(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        def receive(own: Any, *given: Any) -> Any:
            peer = self._peers.get(own)
            if peer is not None and peer.silent and own.gettimeout():
                raise TimeoutError("timed out")
            return plain(own, *given)

        return receive

    def _unless_peer(self, plain: Callable[..., Any], instead: Callable[[Peer], Any]) -> Callable[..., Any]:
        def call(own: Any, *given: Any) -> Any:
            peer = self._peers.get(own)
            return plain(own, *given) if peer is None else instead(peer)

        return call

    def _closing(self, plain: Callable[..., None]) -> Callable[..., None]:
        def close(own: Any) -> None:
            if (peer := self._peers.pop(own, None)) is not None:
                peer.end.close()
            plain(own)

        return close

    def _address(self, name: Any) -> str:
        """The address that stands for a host's name."""
        text = name.decode() if isinstance(name, bytes) else str(name or "127.0.0.1")
        if text.replace(".", "").isdecimal() or ":" in text:
            return text
        number = zlib.crc32(text.lower().encode())
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self._names[address] = text
        return address

    def getaddrinfo(
        self, host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> list[tuple[Any, ...]]:
        """As ``socket.getaddrinfo``: every name has one address."""
        number = _PORTS.get(port, 0) if isinstance(port, str) and not port.isdecimal() else int(port or 0)
        kind = socket.SOCK_STREAM if type == 0 else socket.SocketKind(type)
        return [(socket.AF_INET, kind, socket.IPPROTO_TCP, "", (self._address(host), number))]

    def wrap_socket(self, context: Any, sock: Any, *_: Any, server_hostname: Any = None, **__: Any) -> Any:
        """As ``SSLContext.wrap_socket``."""
        if (peer := self._peers.pop(sock, None)) is None:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        secure = SecureSocket(peer.end.family, peer.end.type, 0, sock.detach())
        secure.server_hostname = server_hostname
        secure.context = context
        self._peers[secure] = peer
        self.sendall(secure, SECURE)
        return secure

    def wrap_bio(self, context: Any, incoming: Any, outgoing: Any, *_: Any, **given: Any) -> Any:
        """As ``SSLContext.wrap_bio``."""
        return SecureStream(context, incoming, outgoing, given.get("server_hostname"))


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    """A plain function, which becomes a method of the class that holds it."""
    return lambda *given, **named: function(*given, **named)


class _Secure:
    """What code asks of an encrypted connection."""

    server_side, session, session_reused = False, None, False

    def do_handshake(self, *_: Any) -> None:
        pass

    def getpeercert(self, binary_form: bool = False) -> Any:
        return b"" if binary_form else {}

    def version(self) -> str:
        return "TLSv1.3"

    def cipher(self) -> tuple[str, str, int]:
        return "TLS_AES_256_GCM_SHA384", "TLSv1.3", 256

    def _none(self, *_: Any) -> None:
        return None

    compression = selected_alpn_protocol = selected_npn_protocol = shared_ciphers = get_channel_binding = (
        _none
    )


class SecureSocket(_Secure, socket.socket):
    """Takes the place of an ``SSLSocket``."""

    server_hostname: Any = None
    context: Any = None

    def pending(self) -> int:
        return 0

    def unwrap(self) -> SecureSocket:
        return self

    def read(self, size: int = 1024, buffer: Any = None) -> Any:
        return self.recv(size) if buffer is None else self.recv_into(buffer, size)

    def write(self, data: Any) -> int:
        return self.send(data)


class SecureStream(_Secure):
    """Takes the place of an ``SSLObject``: passes bytes on."""

    def __init__(self, context: Any, incoming: Any, outgoing: Any, server_hostname: Any) -> None:
        self.context, self.server_hostname = context, server_hostname
        self._incoming, self._outgoing = incoming, outgoing
        outgoing.write(SECURE)

    def pending(self) -> int:
        return int(self._incoming.pending)

    def read(self, size: int = 1024, buffer: Any = None) -> Any:
        data = self._incoming.read(size)
        if not data and not self._incoming.eof:
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "the peer has sent nothing yet")
        if buffer is None:
            return data
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        return int(self._outgoing.write(data))

    def unwrap(self) -> None:
        return None
