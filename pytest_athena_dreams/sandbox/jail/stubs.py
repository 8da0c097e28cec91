"""What names of ``_typeshed`` stand for: only type checkers have that package, but annotations use its names.

A name gets the types of the standard library whose values fit it. Names that are left out stay unresolved.
"""

from __future__ import annotations

import io
import os
import typing
import wsgiref.types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

_Comparable = typing.TypeVar("_Comparable", int, str, float)
"""Values of one of these types can be sorted, those of several can't."""
_StrPath = str | os.PathLike[str]
_Environ = typing.TypedDict(
    "_Environ",
    {
        "REQUEST_METHOD": typing.Literal["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
        "SCRIPT_NAME": typing.Literal["", "/app"],
        "PATH_INFO": typing.Literal["", "/", "/a", "/a/b c", "//a", "/caf\xc3\xa9"],
        "QUERY_STRING": typing.Literal["", "a=1", "a=1&a=2&b=", "q=a+b%20c", "&&=;"],
        "SERVER_NAME": typing.Literal["localhost", "www.example.org", "10.0.0.1"],
        "SERVER_PORT": typing.Literal["80", "443", "8000"],
        "SERVER_PROTOCOL": typing.Literal["HTTP/1.1", "HTTP/1.0"],
        "HTTP_HOST": typing.NotRequired[typing.Literal["localhost", "example.org:8000", "EXAMPLE.org", ""]],
        "HTTP_COOKIE": typing.NotRequired[typing.Literal["a=1", 'a=1; b="x y"', ";"]],
        "HTTP_ACCEPT": typing.NotRequired[typing.Literal["*/*", "text/html;q=0.5, text/plain"]],
        "REMOTE_ADDR": typing.NotRequired[typing.Literal["127.0.0.1", "::1"]],
        "CONTENT_TYPE": typing.NotRequired[
            typing.Literal["", "text/plain; charset=utf-8", "application/x-www-form-urlencoded"]
        ],
        "CONTENT_LENGTH": typing.NotRequired[typing.Literal["", "0", "3"]],
        "wsgi.version": tuple[typing.Literal[1], typing.Literal[0]],
        "wsgi.url_scheme": typing.Literal["http", "https"],
        "wsgi.input": io.BytesIO,
        "wsgi.errors": io.StringIO,
        "wsgi.multithread": bool,
        "wsgi.multiprocess": bool,
        "wsgi.run_once": bool,
    },
)
"""The keys that a WSGI server must give, and some that it may (PEP 3333)."""

STANDING_FOR: Mapping[tuple[str, str], Any] = MappingProxyType(
    {
        **{
            ("_typeshed.wsgi", name): getattr(wsgiref.types, name)
            for name in ("StartResponse", "WSGIApplication", "ErrorStream", "InputStream")
        },
        ("_typeshed.wsgi", "WSGIEnvironment"): _Environ,
        **{
            ("_typeshed", name): value
            for name, value in {
                "BytesPath": bytes,
                "ConvertibleToFloat": str | float,
                "ConvertibleToInt": str | int,
                "FileDescriptorOrPath": _StrPath,
                "Incomplete": Any,
                "MaybeNone": Any,
                "ReadableBuffer": bytes | bytearray,
                "SizedBuffer": bytes | bytearray,
                "StrOrBytesPath": _StrPath | bytes,
                "StrPath": _StrPath,
                "SupportsGetItem": Mapping,
                "SupportsItems": Mapping,
                "SupportsIter": Iterable,
                "SupportsKeysAndGetItem": Mapping,
                "SupportsLenAndGetItem": Sequence,
                "SupportsNext": Iterator,
                "SupportsNoArgReadline": typing.IO,
                "SupportsRead": typing.IO,
                "SupportsReadline": typing.IO,
                "SupportsRichComparison": _Comparable,
                "SupportsRichComparisonT": _Comparable,
                "SupportsWrite": typing.IO,
                "Unused": Any,
                "WriteableBuffer": bytearray,
            }.items()
        },
    }
)
"""By module and name, what is drawn for it."""
