"""A mail server at the other end of a connection: takes messages by SMTP.

Invariants: nothing here trusts the bytes; what is too long raises ``NoRequest``. The answers are those of a
server that accepts everything, unless the world says that it refuses a recipient.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import MessageError

from ..worlds import Request
from .http1 import BODY_BYTES, NoRequest

MAIL_PORTS = (25, 465, 587, 2525, 1025)
"""Ports at which a mail server is expected."""
GREETING = b"220 mail ready\r\n"
_LINE_BYTES = 2048
_ADDRESS_IN = re.compile(r"<([^<>]*)>")
_OWN_HEADERS = ("date", "message-id", "mime-version", "content-transfer-encoding", "content-type", "received")
"""Headers that libraries write by themselves, or that differ each time."""
_END = b"\r\n.\r\n"


class Mailbox:
    """The server's side of one connection. With ``refuses``, it takes no recipient."""

    def __init__(self, host: str, port: int, *, refuses: bool) -> None:
        self._place = f"{host}:{port}"
        self._refuses = refuses
        self._sender = ""
        self._recipients: list[str] = []
        self._logins = 0
        self._waits_for_text = False

    def answer(self, data: bytes) -> tuple[bytes, bytes, list[Request], bool]:
        """Answer ``data``: what comes back, what is left of it, its messages, and whether that is all."""
        sent = b""
        messages: list[Request] = []
        while True:
            if self._waits_for_text:
                if data.startswith(_END[2:]):
                    text, end, rest = b"", _END, data[len(_END) - 2 :]
                else:
                    text, end, rest = data.partition(_END)
                if len(text) > BODY_BYTES:
                    raise NoRequest("a message of more than 1 MiB")
                if not end:
                    return sent, data, messages, False
                data, self._waits_for_text = rest, False
                messages.append(self._message(text))
                sent += b"250 queued\r\n"
                continue
            line, end, rest = data.partition(b"\r\n")
            if len(line) > _LINE_BYTES:
                raise NoRequest("a line of SMTP that is too long")
            if not end:
                return sent, data, messages, False
            data = rest
            reply, over = self._command(line.decode("latin-1"))
            sent += reply
            if over:
                return sent, b"", messages, True

    def _command(self, line: str) -> tuple[bytes, bool]:
        if self._logins:
            self._logins -= 1
            return (b"334 UGFzc3dvcmQ6\r\n" if self._logins else b"235 ok\r\n"), False
        verb = line.partition(" ")[0].upper()
        match verb:
            case "EHLO":
                return b"250-mail\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 SMTPUTF8\r\n", False
            case "MAIL":
                self._sender, self._recipients = _address(line), []
            case "RCPT":
                if self._refuses:
                    return b"550 no such user\r\n", False
                self._recipients.append(_address(line))
            case "DATA":
                if not self._recipients:
                    return b"503 no recipients\r\n", False
                self._waits_for_text = True
                return b"354 go on\r\n", False
            case "AUTH":
                self._logins = 2 if line.upper() == "AUTH LOGIN" else 1 if "LOGIN" in line.upper() else 0
                return (b"334 VXNlcm5hbWU6\r\n" if self._logins else b"235 ok\r\n"), False
            case "QUIT":
                return b"221 bye\r\n", True
            case "HELO" | "RSET" | "NOOP":
                pass
            case "STARTTLS":
                return b"220 go on\r\n", False
            case _:
                return b"502 not known\r\n", False
        return b"250 ok\r\n", False

    def _message(self, text: bytes) -> Request:
        """The request that a message is: who sends it to whom, its headers, and its texts."""
        text = text.removeprefix(b".") if text.startswith(b"..") else text
        try:
            message = message_from_bytes(text.replace(b"\r\n..", b"\r\n."))
            headers = {str(k).lower(): str(v) for k, v in message.items() if k.lower() not in _OWN_HEADERS}
            parts = [part for part in message.walk() if not part.is_multipart()]
            bodies = [_text_of(part.get_payload(decode=True)) for part in parts]
        except (MessageError, LookupError, ValueError, RecursionError) as exc:
            raise NoRequest(f"a message that is none: {exc}") from None
        words = ("SEND", f"smtp://{self._place}", self._sender, *sorted(self._recipients))
        return Request(
            kind="mail", words=words, details=dict(sorted(headers.items())), body="\n".join(bodies)
        )


def _address(line: str) -> str:
    match = _ADDRESS_IN.search(line)
    return match[1] if match else ""


def _text_of(payload: object) -> str:
    text = payload.decode(errors="backslashreplace") if isinstance(payload, bytes) else ""
    return text.replace("\r\n", "\n").rstrip("\n")
