"""Plugins as writers of dreams: modules that implement ``pytest_athena_dreams_generate``.

Invariants: a plugin runs in this process, as its user wants it to; an exception in one is said with its name
and costs its own dreams alone; a private procedure is given to none, because it may ask a model.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from .. import hookspecs
from ..errors import SettingError
from ..models import Procedure
from .briefing import Briefing
from .drafts import Draft, Subject
from .subjects import function_of

HOOK = "pytest_athena_dreams_generate"


class _Manager(pluggy.PluginManager):
    """Takes functions with the hook's name as implementations, as pytest does, marked or not."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        found = super().parse_hookimpl_opts(plugin, name)
        if found is None and name == HOOK and callable(getattr(plugin, name)):
            return {
                "wrapper": False,
                "hookwrapper": False,
                "optionalhook": False,
                "tryfirst": False,
                "trylast": False,
                "specname": None,
            }
        return found


class PluginAuthor:
    """Asks the plugins for dreams. ``names`` are modules, or paths of ``.py`` files.

    Raises ``SettingError`` for one that can't be imported, or has no such hook.
    """

    kind = "plugin"

    def __init__(self, names: Sequence[str], briefing: Briefing, private: Collection[int] = ()) -> None:
        self._manager = _Manager("pytest")
        self._manager.add_hookspecs(hookspecs)
        self._briefing = briefing
        self._private = frozenset(private)
        self._asked: dict[int, dict[str, int]] = {}
        self.problems: list[str] = []
        """What went wrong, in words."""
        for name in names:
            module = _loaded(name)
            if not callable(getattr(module, HOOK, None)):
                raise SettingError(f"plugin {name!r} has no function {HOOK}; see docs/dreaming.md, Plugins")
            self._manager.register(module, name=Path(name).stem if name.endswith(".py") else name)

    def may_write(self, subject: Subject) -> bool:
        """Whether the procedure is not private, and has a function to vary."""
        return subject.id not in self._private and function_of(subject) is not None

    def begin(self, subject: Subject, counts: Mapping[str, int]) -> None:
        """Remember what is wanted: plugins are called when it is collected."""
        self._asked[subject.id] = dict(counts)

    def collect(self, subject: Subject) -> list[Draft]:
        """What the plugins write for a procedure."""
        return [
            draft
            for dream_type, count in sorted(self._asked.pop(subject.id, {}).items())
            for draft in self._write(subject, dream_type, count)
        ]

    def _write(self, subject: Subject, dream_type: str, count: int) -> list[Draft]:
        asked: dict[str, Any] = {
            "procedure": Procedure(
                id=subject.id,
                name=subject.name,
                code=subject.code,
                entry_point=subject.entry_point,
                project=subject.project,
            ),
            "dream_type": dream_type,
            "count": count,
            "lessons": self._briefing.rules(subject.id, dream_type),
        }
        drafts = []
        for plugin in getattr(self._manager.hook, HOOK).get_hookimpls():
            writer = f"plugin:{plugin.plugin_name}"
            try:
                written = plugin.function(**{name: asked[name] for name in plugin.argnames})
                variants = [_variant(one) for one in (written or ())][:count]
            except Exception as error:  # of somebody else's code: it is said, and the run goes on
                self.problems.append(f"{writer}: {type(error).__name__}: {error}")
                continue
            drafts += [
                Draft(
                    code=code,
                    entry_point=function_of(subject) or "",
                    dream_type=dream_type,
                    reasoning=reason,
                    writer=writer,
                    parents=(subject.id,),
                )
                for code, reason in variants
            ]
        return drafts


def _variant(given: object) -> tuple[str, str]:
    """The source and the reason of what a plugin gave. Raises ``TypeError``."""
    match given:
        case str(code):
            return code, ""
        case (str(code), str(reason)):
            return code, reason
    raise TypeError(f"a variant is source, or source and reason, and no {type(given).__name__}")


def _loaded(name: str) -> ModuleType:
    """The module of this name or path. Raises ``SettingError``."""
    try:
        if not name.endswith(".py"):
            return importlib.import_module(name)
        spec = importlib.util.spec_from_file_location(f"athena_dreams_plugin_{Path(name).stem}", name)
        if spec is None or spec.loader is None:
            raise ImportError(f"no Python file: {name}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[module.__name__] = module
        spec.loader.exec_module(module)
        return module
    except Exception as error:
        raise SettingError(
            f"plugin {name!r} can't be loaded: {type(error).__name__}: {error}; give a module, or the path "
            "of a .py file"
        ) from None
