"""Attempts to reach a network or another process through a socket."""

from __future__ import annotations

from .attack import Attack

_NETWORK_DENIED = (
    "raised PermissionError",
    "raised FileNotFoundError",
    "raised OSError",
    "raised socket.gaierror",
)


def _attack(name: str, body: str, *, ends: tuple[str, ...] = _NETWORK_DENIED) -> Attack:
    return Attack(name=name, code=f"import socket\ndef attack(where):\n    {body}\n", ends=ends)


def _families(*numbers: int) -> str:
    return f"""reached = []
    for family in {numbers}:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            try:
                socket.socket(family, kind)
            except OSError:
                continue
            reached.append(family)
    return reached"""


NETWORK = (
    _attack("TCP", "socket.create_connection(('127.0.0.1', where['tcp'])).send(b'out')"),
    _attack(
        "TCP without a name", "socket.create_connection(('::ffff:127.0.0.1', where['tcp'])).send(b'out')"
    ),
    _attack(
        "TCP Fast Open",
        "socket.socket().sendto(b'out', 0x20000000, ('127.0.0.1', where['tcp']))",
    ),
    _attack(
        "UDP", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'out', ('127.0.0.1', where['udp']))"
    ),
    _attack("listen", "socket.create_server(('127.0.0.1', 0))"),
    _attack(
        "bind a datagram port", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(('127.0.0.1', 0))"
    ),
    _attack("a Unix socket by its path", "socket.socket(socket.AF_UNIX).connect(where['unix'])"),
    _attack("a Unix socket by an abstract name", "socket.socket(socket.AF_UNIX).connect(where['abstract'])"),
    _attack(
        "a datagram by path, from a socket pair",
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'out', where['unixgram'])",
    ),
    _attack(
        "a message by path, from a socket pair",
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendmsg([b'out'], [], 0, where['unixgram'])",
    ),
    _attack(
        "a connection by path, from a socket pair",
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].connect(where['unixgram'])",
    ),
    _attack(
        "a name for one end of a socket pair",
        "socket.socketpair()[0].bind('\\0' + where['mark'])",
    ),
    _attack(
        "pass a descriptor",
        "a, b = socket.socketpair(); socket.send_fds(a, [b'x'], [0])",
    ),
    _attack("look up a name", "socket.getaddrinfo('example.invalid', 80)"),
    _attack("raw packets", _families(17, 2), ends=('returned ["list", []]',)),
    _attack("kernel sockets", _families(16, 38, 40, 44, 15), ends=('returned ["list", []]',)),
    _attack(
        "families that nobody uses",
        _families(*range(3, 15), *range(18, 38), 39, 41, 42, 43),
        ends=('returned ["list", []]',),
    ),
)
