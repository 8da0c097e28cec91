"""Strategies for what hosts answer in a world: statuses, JSON as the code reads it, rubbish, no connection.

A world has one mood: mostly all goes well; in some, one request fails. It shrinks to a world in which every
request gets an empty JSON object.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from ..drawable import Document
from ..worlds import Reply, ServiceAnswer, World
from .draws import Draw, one
from .terminal import filled

URL_NAMES = ("url", "uri", "endpoint", "webhook")
"""Parts of names of parameters that take URLs, whatever type their use suggests."""
URL_VALUES = ("https://api.example.org/v1/items", "http://shop.example/a", "https://hooks.example.net/b/1")
REPLIES_IN_TURN, LISTED_OBJECTS = 4, 4
"""Maximum different answers to a request one after another, and items of a list."""
_HTTP_MOODS = ("fine",) * 5 + ("fault",) + ("status",) * 4
_FAULTS = ("refused", "broken", "silent")
_GOOD, _BAD = (200, 200, 200, 201, 204, 202), (404, 500, 503, 401, 429, 400, 422, 502)
_NUMBER_KEYS = ("id", "number", "count", "total", "size", "page", "n", "stars", "score", "value", "price")
_RUBBISH = ("", "<html>not what you asked for</html>", "{", "null", '"a"', "[]", "0")


def serviced(
    draw: Draw,
    world: World,
    services: Sequence[tuple[str, str]],
    values: Mapping[str, Any],
    words: Sequence[str],
    keys: Sequence[str],
    documents: Sequence[Document] = (),
) -> World:
    """``world`` with answers to ``services``, methods and URLs that may name parameters in braces.

    ``words`` are texts of the source and of the arguments, ``keys`` those of JSON objects that it may read,
    and ``documents`` what it reads of them, as far as that is known.
    """
    if not services:
        return world
    pick: Callable[[Sequence[Any]], Any] = functools.partial(one, draw)
    answers: dict[tuple[str, str], ServiceAnswer] = {}
    mails = ("SEND", "") in services
    for method, template in services:
        url = filled(template, values)
        if (method, url) in answers or "{" in url or method == "SEND":
            continue
        count = pick((1, 1, 1, REPLIES_IN_TURN))
        shapes = ("object", "list", "object", "list", "other")
        shape = pick(shapes if method == "GET" else ("object", "object", "list", "other"))
        document = pick(documents) if documents and pick(range(8)) else None
        if document is not None:
            shape = "list" if document.item is not None and not document.keys else "object"
        replies = [
            Reply(
                status=pick(_GOOD) if method != "GET" else 200,
                body=_body(pick, shape, words, keys) if document is None else _written(pick, document, words),
                full=shape == "list" and pick((False, True)),
            )
            for _ in range(count)
        ]
        if shape == "list":  # so that paging ends
            replies.append(Reply(body="[]"))
        if pick(range(6)) == 5:
            replies.insert(0, _failure(pick))
        answers[method, url] = ServiceAnswer(
            method=method, url=url, replies=tuple(replies), paged=shape == "list"
        )
    mood = pick(_HTTP_MOODS)
    if mails and mood == "fault":
        answers["SEND", ""] = ServiceAnswer(method="SEND", url="", fault=pick(("refused", "broken")))
    if answers and mood != "fine":
        place = pick(tuple(answers))
        changed = {"fault": pick(_FAULTS)} if mood == "fault" else {"replies": (_failure(pick),)}
        answers[place] = structs.replace(answers[place], **changed)
    return structs.replace(world, services=tuple(answers.values()))


def _failure(pick: Callable[[Sequence[Any]], Any]) -> Reply:
    if pick((True, True, True, False)):
        return Reply(status=pick(_BAD), body=pick(('{"message": "no"}', "", "no")))
    return Reply(status=200, body=pick(_RUBBISH))


def _body(pick: Callable[[Sequence[Any]], Any], shape: str, words: Sequence[str], keys: Sequence[str]) -> str:
    if shape == "object":
        return json.dumps(_object(pick, words, keys))
    if shape == "list":
        return json.dumps([_object(pick, words, keys) for _ in range(pick(range(1, LISTED_OBJECTS + 1)))])
    return str(pick((*_RUBBISH, '{"ok": true}', "ok")))


def _written(pick: Callable[[Sequence[Any]], Any], document: Document, words: Sequence[str]) -> str:
    return json.dumps(_read(pick, document, "", words))


def _read(pick: Callable[[Sequence[Any]], Any], part: Document, name: str, words: Sequence[str]) -> Any:
    """A value for the part of a document with this name, seldom without one of its keys."""
    if part.keys:
        left_out = pick((None, None, None, None, None, None, None, *part.keys))
        return {key: _read(pick, one, key, words) for key, one in part.keys.items() if key != left_out}
    if part.value is not None:
        names = dict.fromkeys(pick((*words, "a")) for _ in range(pick((0, 1, 2))))
        return {key: _read(pick, part.value, key, words) for key in names}
    if part.item is not None:
        return [_read(pick, part.item, name, words) for _ in range(pick(range(1, LISTED_OBJECTS + 1)))]
    if part.kind == "number":
        return pick((1, 2, 0, 7, 2.5, 42))
    if part.kind == "text" and not _is_simple(name):
        return pick((*words, "Tür é", "A"))
    return _value_for(pick, name, words)


def _object(
    pick: Callable[[Sequence[Any]], Any], words: Sequence[str], keys: Sequence[str], depth: int = 0
) -> dict[str, Any]:
    """An object with nearly all keys."""
    some = {}
    for key in keys:
        if pick(range(10)) == 9:
            continue
        nested = depth == 0 and not _is_simple(key) and pick(range(12)) == 11
        some[key] = _object(pick, words, keys, 1) if nested else _value_for(pick, key, words)
    return some


def _is_simple(key: str) -> bool:
    """Whether the name of a key suggests a number or a URL."""
    return key in _NUMBER_KEYS or key.endswith(("_id", "_count", "url"))


def _value_for(pick: Callable[[Sequence[Any]], Any], key: str, words: Sequence[str]) -> Any:
    """A value that the name of its key suggests."""
    if key.endswith("url"):
        return f"https://example.org/{pick(('a', 'b/1'))}"
    if _is_simple(key):
        return pick((1, 2, 7, 0, 42))
    kind = pick(("word", "word", "word", "word", "accent", "number", "truth", "nothing"))
    if kind == "word" and words:
        return pick(words)
    options = {"number": (0, 1, 2.5, -3), "truth": (True, False), "nothing": (None,), "accent": ("Tür é",)}
    return pick(options.get(kind, ("a", "b")))


def url_values(words: Sequence[str]) -> st.SearchStrategy[str]:
    """URLs for a parameter that takes one."""
    return st.sampled_from([*URL_VALUES, *(word for word in words if word.startswith("http"))])


def takes_url(name: str) -> bool:
    """Whether the name of a parameter says that it takes a URL."""
    return any(part in name.lower() for part in URL_NAMES)
