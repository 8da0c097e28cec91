"""Tries an option of a function that is called: another order, a time limit, an encoding."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..statements import calls, keyword, positional, with_keyword
from ..target import Target, Variant, imported

_OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "sorted": (("reverse", "True"), ("key", "str")),
    ".sort": (("reverse", "True"),),
    "enumerate": (("start", "1"),),
    "json.dumps": (("sort_keys", "True"), ("ensure_ascii", "False"), ("indent", "2")),
    "json.dump": (("sort_keys", "True"), ("indent", "2")),
    "open": (("encoding", '"utf-8"'), ("newline", '""')),
    ".open": (("encoding", '"utf-8"'),),
    ".read_text": (("encoding", '"utf-8"'),),
    ".write_text": (("encoding", '"utf-8"'),),
    "subprocess.run": (("timeout", "60"), ("check", "True")),
    "subprocess.check_output": (("timeout", "60"),),
    "subprocess.check_call": (("timeout", "60"),),
    ".communicate": (("timeout", "60"),),
    ".wait": (("timeout", "60"),),
    "urllib.request.urlopen": (("timeout", "10"),),
    "urlopen": (("timeout", "10"),),
    "http.client.HTTPConnection": (("timeout", "10"),),
    "sqlite3.connect": (("timeout", "30"),),
    "glob.glob": (("recursive", "True"),),
    "os.walk": (("followlinks", "True"),),
    "os.makedirs": (("exist_ok", "True"),),
    "shutil.rmtree": (("ignore_errors", "True"),),
    "re.compile": (("flags", "re.IGNORECASE"),),
    "re.findall": (("flags", "re.IGNORECASE"),),
    "re.match": (("flags", "re.IGNORECASE"),),
    "re.search": (("flags", "re.IGNORECASE"),),
    "re.sub": (("flags", "re.IGNORECASE"),),
    "re.split": (("flags", "re.IGNORECASE"),),
    "print": (("flush", "True"),),
    "textwrap.wrap": (("break_long_words", "False"),),
    "csv.writer": (("lineterminator", '"\\n"'),),
    "csv.DictWriter": (("lineterminator", '"\\n"'),),
    "itertools.product": (("repeat", "2"),),
}
"""For each function, or method after a dot, its options and what they may be."""
_FLAGS_AT = {"re.compile": 1, "re.findall": 2, "re.match": 2, "re.search": 2, "re.sub": 4, "re.split": 3}


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each option of each call, and each flag of a call the other way round."""
    for name, call in calls(target.function):
        given = positional(call)
        method = f".{name.rpartition('.')[2]}"
        options = _OPTIONS.get(name) or (_OPTIONS.get(method, ()) if "." in name else ())
        for option, value in options:
            if given is None or keyword(call, option) or len(given) > _FLAGS_AT.get(name, 9):
                continue
            if option == "encoding" and _is_binary(target, call):
                continue
            yield target.replaced(
                call, with_keyword(call, option, value), _why(target, call, name, f"{option}={value}")
            )
        for arg in call.args:
            if arg.keyword and isinstance(arg.value, cst.Name) and arg.value.value in ("True", "False"):
                option, other = arg.keyword.value, str(arg.value.value == "False")
                yield target.replaced(
                    arg.value, cst.Name(other), _why(target, call, name, f"{option}={other}")
                )
        if name == "round" and given is not None and len(given) == 2:
            continue
        if name in ("math.floor", "math.ceil"):
            other = "math.ceil" if name == "math.floor" else "math.floor"
            yield imported(
                target.replaced(call.func, cst.parse_expression(other), _why(target, call, other, "")), "math"
            )


def _why(target: Target, call: cst.Call, name: str, option: str) -> str:
    return f"line {target.line(call)}: `{name}({option})` is tried"


def _is_binary(target: Target, call: cst.Call) -> bool:
    """Whether a file is opened for bytes, or in a mode that only a run shows."""
    given = positional(call) or []
    mode = keyword(call, "mode")
    where = mode.value if mode else (given[1] if len(given) > 1 else None)
    return where is not None and (not isinstance(where, cst.SimpleString) or "b" in where.value)
