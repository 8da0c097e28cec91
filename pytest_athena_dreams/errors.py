"""Faults of this tool or of its use.

A fault of a *dream* is never an exception here: it is a :class:`~pytest_athena_dreams.models.Verdict`.
So a ``DreamsError`` is never recorded against a dream.
"""

from __future__ import annotations


class DreamsError(Exception):
    """The root of all errors of this tool. Its text gives the value, the limit and the remedy."""


class SettingError(DreamsError):
    """A setting can't be used; the text names where it came from."""


class StoreError(DreamsError):
    """The store refuses a read or a write."""


class StorePathError(StoreError):
    """The path leads to no store that this version can open; naming another path is a remedy.

    The text leaves that remedy out: a command, pytest and the Python API each name it in their own words.
    """


class ImportFileError(DreamsError):
    """A file to import is malformed; the text names file, line, key and remedy. Nothing was imported."""


class SandboxError(DreamsError):
    """The jail can't be built as asked for, or broke for a reason that is no dream's."""


class PlanError(DreamsError):
    """What was asked to be tested can't be: an unknown node id, a dream without a usable contract."""


class UntestableError(DreamsError):
    """A dream is untestable, which ``--athena-untestable=fail`` makes an error; the text has the remedy."""


class ReproError(DreamsError):
    """No regression test can be written for a dream; the text says why, and what to do instead."""


class StrategyError(DreamsError):
    """A strategy that a user gave can't be found, or draws what can't travel into the jail."""
