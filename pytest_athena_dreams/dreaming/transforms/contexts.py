"""Closes a file where it is not closed on every way out: `with` around the statements that use it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from ..statements import assignment, blocks, line_of, small
from ..target import Target, Variant

_OPEN = m.Call(func=m.Name("open") | m.Attribute(attr=m.Name("open") | m.Name("urlopen")))


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each file that is opened and closed by hand, or opened and dropped at once."""
    for block in blocks(target.function):
        for place, statement in enumerate(block):
            found = assignment(statement)
            if found is not None and m.matches(found[1], _OPEN):
                yield from _until_closed(target, list(block), place, *found)
            yield from _at_once(target, statement)


def _until_closed(
    target: Target, block: list[cst.BaseStatement], place: int, name: str, opening: cst.BaseExpression
) -> Iterator[Variant]:
    closes = m.Expr(m.Call(func=m.Attribute(m.Name(name), m.Name("close")), args=[]))
    ends = [n for n, each in enumerate(block) if n > place and m.matches(small(each) or each, closes)]
    if not ends or ends[0] == place + 1:
        return
    inner, closing = block[place + 1 : ends[0]], block[ends[0]]
    text = target.module.code_for_node(opening)
    new = line_of(f"with {text} as {name}:\n    pass\n", block[place], closing)
    assert isinstance(new, cst.With)
    yield target.merged(
        new.with_changes(body=cst.IndentedBlock(inner)),
        block[place],
        *inner,
        closing,
        why=f"line {target.line(block[place])}: `{name}` is closed on every way out",
    )


def _at_once(target: Target, statement: cst.BaseStatement) -> Iterator[Variant]:
    """``open(path).read()``, or ``open(path, "w").close()``, in one assignment, return or expression."""
    line = small(statement)
    if not isinstance(line, cst.Assign | cst.Return | cst.Expr):
        return
    used = m.findall(line, m.Call(func=m.Attribute(value=_OPEN)))
    if len(used) != 1:
        return
    call = used[0]
    assert isinstance(call, cst.Call)
    assert isinstance(call.func, cst.Attribute)
    if call.func.attr.value not in ("read", "readlines", "readline", "write", "writelines"):
        return
    name = target.unused("file")
    opening = target.module.code_for_node(call.func.value)
    inner = line.deep_replace(call.func.value, cst.Name(name))
    assert isinstance(inner, cst.BaseSmallStatement)
    new = line_of(f"with {opening} as {name}:\n    pass\n", statement)
    assert isinstance(new, cst.With)
    yield target.replaced(
        statement,
        new.with_changes(body=cst.IndentedBlock([cst.SimpleStatementLine([inner])])),
        f"line {target.line(statement)}: the file is closed at once",
    )
