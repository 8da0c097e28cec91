"""Errors of this tool or of its use.

A fault of a *dream* is never one of these exceptions, but a :class:`~pytest_athena_dreams.models.Verdict`.
So a ``DreamsError`` is never recorded against a dream.
"""

from __future__ import annotations


class DreamsError(Exception):
    """Base of all errors of this tool. The text names the value, what was expected, and what to do."""


class SettingError(DreamsError):
    """A setting can't be used; the text names where it came from."""


class StoreError(DreamsError):
    """The store refuses a read or a write."""


class StorePathError(StoreError):
    """This version can't open a store at the path; another path may help.

    The text does not say so, because a command, pytest and the Python API name a path in different ways.
    """


class ImportFileError(DreamsError):
    """A file to import is malformed; the text names file, line, key and remedy. Nothing was imported."""


class SandboxError(DreamsError):
    """The jail can't be built as the settings demand, or failed for a reason other than a dream."""


class PlanError(DreamsError):
    """A request can't be tested: an unknown node id, a dream without a usable contract."""


class UntestableError(DreamsError):
    """A dream is untestable, which ``--athena-untestable=fail`` makes an error; the text has the remedy."""


class ReproError(DreamsError):
    """No regression test can be written for a dream; the text says why, and what to do instead."""


class WorldError(DreamsError):
    """A world of the user's own can't be used."""


class StrategyError(DreamsError):
    """A user's strategy can't be found, or draws values that can't be sent into the jail."""
