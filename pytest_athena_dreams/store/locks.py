"""One process at a time: a locked file beside the store. The system frees it when that process ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import DreamsError


@contextmanager
def locked(store: Path, purpose: str, doing: str) -> Iterator[None]:
    """Hold the lock of ``store`` for ``purpose``, the ending of the file; ``doing`` says it in words.

    Raises ``DreamsError`` if another process holds it.
    """
    import fcntl

    path = store.with_name(f"{store.name}.{purpose}")
    try:
        file = path.open("a")
    except OSError as error:
        raise DreamsError(f"lock {path}: {error.strerror}; its folder must exist and be writable") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DreamsError(
                f"another process {doing} store {store}, and holds {path}; stop that one first"
            ) from None
        yield
