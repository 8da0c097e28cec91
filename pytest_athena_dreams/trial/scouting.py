"""What to draw a procedure's worlds from: learnt by running it in worlds that hold what it looked for.

It runs in an empty world first, with a marker as each text argument. Places that it looks at, with the
markers that their paths show, become the places of the next world; a few rounds later they are all known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from msgspec import structs

from ..drawable import Shape
from ..inputs.landscape import path_values, text_values, texts_by_name
from ..inputs.pathlike import path_of, takes_path, takes_text
from ..inputs.peers import takes_url, url_values
from ..inputs.pool import PoolSpec, draw_pool
from ..inputs.scalars import Strategy
from ..models import Observation
from ..sandbox.runner import Runner
from ..signatures import Signature, TypeSpec
from ..source.documents import documents
from ..source.looping import loop_names
from ..source.reading import reading
from ..source.scenes import asks_kinds, changes_names, looks_at_times, reads, variables
from ..source.sql import tables
from ..worlds import CLOCK, FOLDER, Entry, Place, World, laid_over, planted
from .chains import with_history
from .scouted import (
    SCOUTED_COMMANDS,
    SCOUTED_SERVICES,
    commands_of,
    optional_programs,
    services_of,
    with_requests,
)

ROUNDS = 3
"""Worlds in which the procedure is run before the shape is fixed."""
SCOUTED_CALLS = 12
"""Inputs in each round."""
SCOUTED_PLACES, NAMES, SCOUTED_WORDS = 24, 16, 40
"""Maximum places, names in folders, and parts of texts in a shape."""
TIMEOUT = 0.5
"""Seconds of one call."""
_EARLIER = -0.25
"""Seconds between a dream's worlds and those of a scout, so that names by chance are others there."""
_LOGS = "-journal", "-wal", "-shm"
"""Ends of names of the files that SQLite puts beside a database: no file of any content fits there."""
_OLDEST = 10**8
_USUAL_AGES = 10, 100_000
_USUAL_NAMES = ("a.txt", "sub/b.txt", "c.dat")
_ODD_NAMES = ("Read Me.md", "read_me.md", "read me.md")
"""Names that are the same to code that changes letters or separators."""
_NAME = re.compile(r"[\w.*-]*\.?[\w*-]+")
_SUFFIX = re.compile(r"\.[A-Za-z]\w{0,7}")
_SCOUTED_KEY = re.compile(r"[A-Za-z_]\w{0,20}")
_LONGEST_WORD = 40


def with_worlds(spec: PoolSpec, runner: Runner, given: World | None = None) -> PoolSpec | None:
    """``spec`` with a shape of worlds; ``None`` if the procedure in ``runner`` has no use for any.

    ``given`` is the user's own world.
    """
    spec = replace(spec, signature=_with_urls(spec.signature))
    markers = dict(_markers(spec.signature))
    drawn = draw_pool(replace(spec, size=SCOUTED_CALLS, edges=frozenset(), candidates=0)).inputs.values()
    code = runner.source.code
    shape = Shape(
        places=(), variables=variables(code), reads=reads(code), given=given, looped=loop_names(code)
    )
    countable = spec.countable(shape)
    objects = {p.name for p in spec.signature.parameters if p.type is not None and takes_path(p.type)}
    values_of = {name: path_of(marker) if name in objects else marker for name, marker in markers.items()}
    marked = [countable.call(arguments).replaced(spec.signature, values_of) for arguments in drawn]
    places: dict[Place, None] = {}
    commands: dict[tuple[str, ...], None] = {}
    services: dict[tuple[str, str], None] = {}
    acted = False
    for _ in range(ROUNDS):
        known = dict(places), dict(commands), dict(services)
        values = [texts_by_name(x, spec.signature) for x in marked]
        worlds = [_furnished(places, one, folders=bool(n % 2)) for n, one in enumerate(values)]
        worlds = [with_requests(world, commands, services, n) for n, world in enumerate(worlds)]
        worlds = [_with_variables(world, shape.variables, n) for n, world in enumerate(worlds)]
        worlds = [structs.replace(world, clock=CLOCK + _EARLIER) for world in worlds]
        if given is not None:
            worlds = [laid_over(world, given) if n % 3 < 2 else world for n, world in enumerate(worlds)]
        inputs = [replace(x, world=world) for x, world in zip(marked, worlds, strict=True)]
        seen = runner.run([x.payload() for x in inputs], timeout=TIMEOUT, patience=2)
        acted = acted or any(one.files for one in seen)
        places |= dict.fromkeys(_asked(seen, markers))
        places = {place: None for place in places if place.folder or Place(place.path, True) not in places}
        for one, texts in zip(seen, values, strict=False):
            commands |= dict.fromkeys(commands_of(one.requests, markers, texts))
            services |= dict.fromkeys(services_of(one.requests, markers, texts))
        if (places, commands, services) == known:
            break
    if not (places or acted or commands or services or shape.variables or shape.reads):
        return None
    literals = [text for text in reading(code).literals if isinstance(text, str)]
    named = _whole(places)
    shape = structs.replace(
        shape,
        documents=documents(code),
        tables=tables(code) if "sqlite3" in code else (),
        asks_kinds=asks_kinds(code),
        paths=tuple(named),
        returns="\\r" in code or "\r" in code,
        ages=_ages(code) if looks_at_times(code) else (),
        places=tuple(places)[:SCOUTED_PLACES],
        names=tuple(
            dict.fromkeys([*_names(literals), *_USUAL_NAMES, *(_ODD_NAMES if changes_names(code) else ())])
        )[:NAMES],
        words=tuple(text for text in dict.fromkeys(literals) if 0 < len(text) <= _LONGEST_WORD)[
            :SCOUTED_WORDS
        ],
        commands=tuple(commands)[:SCOUTED_COMMANDS],
        services=tuple(services)[:SCOUTED_SERVICES],
        optional=tuple(optional_programs(commands, list(zip(inputs, seen, strict=False)), runner, TIMEOUT)),
        keys=tuple(dict.fromkeys(filter(_SCOUTED_KEY.fullmatch, literals)))[:NAMES] if "json" in code else (),
    )
    endings = [text for text in literals if _SUFFIX.fullmatch(text)]
    ending = endings[0] if endings else ".txt"
    urls = [service.url for service in given.services] if given is not None else []
    own: dict[str, Strategy] = {name: path_values(place, ending, given) for name, place in named.items()}
    own |= {name: own[name].map(path_of) for name in objects & own.keys()}
    for parameter in spec.signature.parameters:
        if takes_url(parameter.name):
            own.setdefault(parameter.name, url_values([*urls, *shape.words]))
        elif parameter.type is not None and parameter.type.kind == "str":
            own.setdefault(parameter.name, text_values(shape.words))
    note = f"worlds with {len(shape.places)} places that it looks at"
    spec = replace(spec, shape=shape, given={**own, **spec.given}, notes=(*spec.notes, note))
    return with_history(spec, runner, named) if acted else spec


def _with_variables(world: World, names: Sequence[str], number: int) -> World:
    """The world of a scout's call with this number: every third one lacks a variable."""
    set_ones = {name: "1" for n, name in enumerate(names) if number % 3 or n != number // 3 % len(names)}
    return structs.replace(world, variables=set_ones)


def _ages(code: str) -> tuple[int, ...]:
    """Seconds around the numbers in a source."""
    numbers = {int(n) for n in reading(code).literals if isinstance(n, int | float) and 0 < n < _OLDEST}
    near = {age for number in sorted(numbers)[:NAMES] for age in (number - 1, number + 1)}
    return tuple(sorted({*near, *_USUAL_AGES} - {0}))


def _with_urls(signature: Signature) -> Signature:
    """The signature with text for parameters that are named as URLs, whatever their use suggested."""
    text = TypeSpec(kind="str")
    parameters = [
        parameter
        if not takes_url(parameter.name) or (parameter.type is not None and takes_text(parameter.type))
        else replace(parameter, type=text)
        for parameter in signature.parameters
    ]
    return replace(signature, parameters=tuple(parameters))


def _markers(signature: Signature) -> Iterator[tuple[str, str]]:
    """A text for each parameter that takes text: an identifier, because some procedures ask for one."""
    for number, parameter in enumerate(signature.parameters):
        if parameter.type is None or takes_text(parameter.type) or takes_path(parameter.type):
            marker = f"zq{number}marker"
            yield parameter.name, f"https://{marker}.example/x" if takes_url(parameter.name) else marker


def _furnished(places: Iterable[Place], values: Mapping[str, object], *, folders: bool) -> World:
    """A world that has all the places, as ``folders`` where they may be either."""
    entries: list[tuple[str, Entry]] = []
    for place in sorted(places, key=lambda place: not place.folder):
        if path := place.filled(values):
            entries.append((path, FOLDER if place.folder or folders else Entry(content=b"1\n")))
    return planted(entries)


def _asked(seen: Sequence[Observation], markers: Mapping[str, str]) -> Iterator[Place]:
    """The places of some calls, with parameters for their markers."""
    folders = {place.path for one in seen for place in one.asked if place.folder}
    for one in seen:
        for place in one.asked:
            path = place.path
            for name, marker in markers.items():
                path = path.replace(marker, "{" + name + "}")
            aside = any(part in path for part in ("marker", "__pycache__", "netrc"))
            if not aside and not path.endswith(_LOGS):
                yield Place(path, place.path in folders)


def _whole(places: Iterable[Place]) -> dict[str, Place]:
    """The parameters that are a place's whole path, or the folder that one is in."""
    found: dict[str, Place] = {}
    for place in places:
        match = re.match(r"\{(\w+)\}", place.path)
        if match is None:
            continue
        name, rest = match[1], place.path[match.end() :]
        inside = rest.startswith("/")
        if not rest or inside or name not in found:
            folder = inside or (not rest and place.folder) or (name in found and found[name].folder)
            found[name] = Place(place.path, folder)
    return found


def _names(literals: Iterable[str]) -> Iterator[str]:
    """Names of entries that the literals of a source suggest: ``.pyc`` is the end of one, ``*.py`` too."""
    for text in literals:
        if not _NAME.fullmatch(text) or len(text) > _LONGEST_WORD:
            continue
        if "*" in text or _SUFFIX.fullmatch(text):
            name = text.replace("*", "m") if "*" in text else f"m{text}"
            yield name
            yield f"sub/{name}"
            if _SUFFIX.fullmatch(text):
                yield f"{text}/n.txt"
        elif "." in text or "_" in text or text.isalpha():
            yield text if posixpath.splitext(text)[1] else f"{text}/n.txt"
