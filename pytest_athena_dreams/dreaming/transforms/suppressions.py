"""Does not mind what is done already: a file that is gone, a folder that is there."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..statements import calls, keyword, line_of, positional, small, statements, with_keyword
from ..target import Target, Variant, imported

_REMOVING = {"os.remove", "os.unlink", "os.rmdir", "shutil.rmtree", "os.rename", "os.replace", "shutil.move"}


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each call that fails where its work is done already."""
    for statement in statements(target.function):
        match small(statement):
            case cst.Expr(value=cst.Call() as call):
                pass
            case _:
                continue
        for name, inner in calls(statement):
            if inner is not call:
                continue
            line = f"line {target.line(call)}: "
            if name in _REMOVING:
                text = target.module.code_for_node(call)
                yield imported(
                    target.replaced(
                        statement,
                        line_of(f"with contextlib.suppress(FileNotFoundError):\n    {text}\n", statement),
                        f"{line}a file that is gone already is no error",
                    ),
                    "contextlib",
                )
            elif name.endswith(".unlink") and not keyword(call, "missing_ok") and not positional(call):
                yield target.replaced(
                    call, with_keyword(call, "missing_ok", "True"), f"{line}a file that is gone is no error"
                )
            elif name in ("os.makedirs",) and not keyword(call, "exist_ok"):
                yield target.replaced(
                    call, with_keyword(call, "exist_ok", "True"), f"{line}a folder that is there is no error"
                )
            elif name == "os.mkdir":
                new = call.with_changes(func=cst.parse_expression("os.makedirs"))
                yield target.replaced(
                    call,
                    with_keyword(new, "exist_ok", "True"),
                    f"{line}a folder that is there is no error, and its parents are made",
                )
