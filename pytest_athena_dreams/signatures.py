"""How the jail describes a function: its parameters and their types, as plain data.

Invariants: as those of ``models``: frozen, with a JSON round trip, and no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from .models import Canonical


class ParameterKind(StrEnum):
    """The five kinds of ``inspect.Parameter``, by name."""

    POSITIONAL_ONLY = "positional_only"
    POSITIONAL_OR_KEYWORD = "positional_or_keyword"
    VAR_POSITIONAL = "var_positional"
    KEYWORD_ONLY = "keyword_only"
    VAR_KEYWORD = "var_keyword"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeSpec:
    """An annotation as plain data; the kinds are listed in ``sandbox.jail.describe``."""

    kind: str
    args: tuple[TypeSpec, ...] = ()
    values: tuple[Canonical, ...] = ()
    text: str = ""

    def __str__(self) -> str:
        """The type as an annotation."""
        if self.kind == "union":
            return " | ".join(map(str, self.args))
        name = {"none": "None", "any": "Any"}.get(self.kind, self.text.rpartition(":")[2] or self.kind)
        if self.kind == "tuple...":
            return f"tuple[{self.args[0]}, ...]"
        return f"{name}[{', '.join(map(str, self.args))}]" if self.args else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an entry point. ``type`` is ``None`` where nothing is annotated."""

    name: str
    kind: ParameterKind
    type: TypeSpec | None = None
    has_default: bool = False
    default: Canonical = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSpec:
    """A class that annotations name, by reference (``module:qualified name``).

    ``kind`` is ``object`` (made by a call with ``parameters``), ``typeddict`` (a dict with ``parameters``
    as keys), ``protocol`` (``parameters`` are its members), ``abstract`` (one of ``options`` serves),
    ``enum`` (with ``members``) or ``unknown`` (nothing can build it, and ``reason`` goes on from its name).
    ``assignable`` are the parameters that an object keeps as attributes, which can be assigned later.
    """

    name: str
    kind: str
    parameters: tuple[Parameter, ...] = ()
    members: tuple[str, ...] = ()
    options: tuple[TypeSpec, ...] = ()
    assignable: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClues:
    """What the code does with text from one parameter.

    ``grammars`` are kinds of text that a library reads, in the words of ``source.parsers``. ``separators``
    stand between its parts, and ``words`` are texts that it is compared with. ``matched`` says that a regular
    expression is applied to it, and ``read`` that the code compares, splits or searches it.
    """

    grammars: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    matched: bool = False
    read: bool = False

    def __bool__(self) -> bool:
        return bool(self.grammars or self.separators or self.matched or self.read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What a source suggests for the text among its inputs.

    ``parameters`` are the clues by parameter. ``patterns`` are regular expressions, as text and flags,
    ``formats`` those of ``strptime``, and ``quoted`` texts that the docstring shows. ``fields`` are the texts
    that parts of the data are compared with, by attribute, key or place in a tuple. ``nan`` says that the
    code looks for numbers that are none.
    """

    parameters: dict[str, TextClues] = field(default_factory=dict)
    patterns: tuple[tuple[str, int], ...] = ()
    formats: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nan: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The description of an entry point, always whole.

    ``usage`` is what the source does with each parameter, in the words of ``sandbox.jail.usage``.
    """

    name: str
    parameters: tuple[Parameter, ...] = ()
    returns: TypeSpec | None = None
    doc: str = ""
    classes: tuple[ClassSpec, ...] = ()
    usage: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the jail says of a source that it loaded, as far as the source was to be described.

    ``name`` is the entry point's; it is ``guessed`` where nothing said which function is meant. ``doc`` and
    ``returns`` are the entry point's docstring and return type, ``signature`` is its description. Each is
    left empty where it was not asked for. A source that is watched has ``lines``, those that hold code.
    ``patterns`` are the regular expressions, as text and flags, that it compiled while it was loaded, where
    these are noted.
    """

    name: str
    guessed: bool = False
    doc: str = ""
    returns: TypeSpec | None = None
    signature: Signature | None = None
    lines: tuple[int, ...] = ()
    patterns: tuple[tuple[str, int], ...] = ()
