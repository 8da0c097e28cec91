"""The text of a pytest file that fails as long as a dream is wrong on one call.

Invariants: whatever a dream's text holds, the file is Python, and nothing of the dream runs before a test
does.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..config import Settings
from ..errors import ReproError
from ..models import Category, Contract, Dream, Fault
from ..text import printable
from . import standalone

LINE = 100
"""Characters of a line of the header."""
STARTUP = 30
"""Seconds that a child may take beside the call that is timed in it."""

_KNOWN = {
    "datetime": "import datetime",
    "re": "import re",
    "zoneinfo": "import zoneinfo",
    "collections": "import collections",
    "Decimal": "from decimal import Decimal",
    "Fraction": "from fractions import Fraction",
    "UUID": "from uuid import UUID",
    "deque": "from collections import deque",
    "OrderedDict": "from collections import OrderedDict",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "nan": "from math import nan",
    "inf": "from math import inf",
} | {
    name: f"from {module} import {name}"
    for module, names in (
        ("pathlib", ("Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath")),
        ("ipaddress", ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network")),
        ("ipaddress", ("IPv4Interface", "IPv6Interface")),
    )
    for name in names
}
"""What a call may name of the standard library, and where it comes from."""
_MODULES = {
    name: f"import {name}"
    for name in (
        *(name for name, value in vars(standalone).items() if inspect.ismodule(value)),
        *("pytest", "resource", "signal", "subprocess", "tempfile"),
    )
} | {"Any": "from typing import Any"}
"""What the test and its functions name, and where it comes from."""
_STAND_INS: dict[str, Any] = {
    f.__name__: f
    for f in (
        standalone.generator,
        standalone.async_iterator,
        standalone.awaitable,
        standalone.context_giving,
        standalone.function_giving,
    )
}
_CHILD = (Category.TIMEOUT, Category.RESOURCE)
_REFUSED = {
    Category.BLOCKED: "outside the jail nothing refuses what it does, and a test that did it would do harm",
    Category.FLAKY: "the same call gives now one result, now another, so no single call shows it",
    Category.UNKNOWN: "nobody knows yet what it did",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed dream: its first fault, the run that found it, and the command that tests it again."""

    dream: Dream
    fault: Fault
    contract: Contract
    settings: Settings
    run_id: int
    repeat: str


def regression_test(failure: Failure) -> str:
    """The file's text. Raises ``ReproError`` where no test of one call would show the failure."""
    fault = failure.fault
    reason = _REFUSED.get(fault.category)
    if reason is None and fault.call is None and not fault.got:
        reason = "no single call shows it"
    if reason is not None:
        raise ReproError(
            f"dream {failure.dream.id} failed with {fault.category}: {fault.summary}; there is no regression "
            f"test for that: {reason}. Test it in its jail instead: {failure.repeat}"
        )
    body = _Body(failure)
    check = list(body.check())
    tested = list(body.test(check))
    functions = [inspect.getsource(f).rstrip() for f in body.functions]
    code = "\n\n\n".join([*functions, *body.known, *tested]) + "\n"
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    imports = {_KNOWN.get(name) or _MODULES.get(name, "") for name in used} - {""}
    parts = [
        list(_header(failure)),
        ["from __future__ import annotations"],
        sorted(imports, key=lambda line: (line.startswith("from"), line)),
        body.constants,
        *([f"{name} = {_quoted(source)}"] for name, source in body.sources.items()),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n\n\n" + code


class _Body:
    """What a test needs, found while its lines are written."""

    def __init__(self, failure: Failure) -> None:
        self._failure = failure
        self._dream = failure.dream
        self._fault = failure.fault
        self._child = failure.fault.category in _CHILD and failure.fault.call is not None
        self.constants: list[str] = []
        self.known: list[str] = []
        self.functions: list[Callable[..., Any]] = []
        self.sources = {"DREAM": self._dream.code}

    def check(self) -> Iterator[str]:
        """The lines of the test, which raise as long as the dream is wrong."""
        fault, dream = self._fault, self._dream
        if fault.category is Category.SYNTAX:
            yield 'compile(DREAM, "<dream>", "exec", dont_inherit=True)'
            return
        if fault.call is None:
            self._use(standalone.load)
            if fault.category is Category.VALIDATION:
                procedure = dream.procedure
                wanted = dream.entry_point or (procedure.entry_point if procedure else None)
                yield "names = load(DREAM)"
                yield (
                    f"assert callable(names.get({_literal(wanted.partition('.')[0])}))"
                    if wanted
                    else 'assert any(callable(value) for name, value in names.items() if name[0] != "_")'
                )
            else:
                yield "load(DREAM)"
            return
        name, arguments = self._split(fault.call)
        self.constants.append(f"ARGUMENTS = {_literal(arguments)}")
        script = name == "script" and not re.search(r"\bdef\s+script\b", dream.code)
        function = "call_script" if script else "call"
        self._use_calls(standalone.call_script if script else standalone.call)
        got = f"{function}(DREAM, {_literal(name)}, ARGUMENTS, KNOWN)"
        if dream.procedure is None or self._failure.contract is Contract.FREE:
            yield from self._free(got, name)
            return
        self.sources = {"PROCEDURE": dream.procedure.code, **self.sources}
        wanted = name if script else dream.procedure.entry_point or _last_function(dream.procedure.code)
        expected = f"{function}(PROCEDURE, {_literal(wanted)}, ARGUMENTS, KNOWN)"
        if fault.expected.startswith("raised "):
            yield from self._raises(expected, got)
            return
        yield f"expected, *was = {expected}"
        if self._child:
            yield "signal.setitimer(signal.ITIMER_REAL, TIMEOUT)"
        yield f"got, *became = {got}"
        if self._failure.contract is Contract.COMPATIBLE:
            self._use(standalone.kind_of)
            yield "assert kind_of(got) == kind_of(expected), (expected, got)"
            yield 'assert was[0] != was[1] or same(*became), f"the dream left its arguments as {became[1]}"'
        else:
            yield 'assert same(expected, got), f"the procedure returned {expected}, the dream {got}"'
            yield 'left = f"the procedure left its arguments as {was[1]}, the dream as {became[1]}"'
            yield "assert same(was[1], became[1]), left"

    def _free(self, got: str, name: str) -> Iterator[str]:
        if self._child:
            yield "signal.setitimer(signal.ITIMER_REAL, TIMEOUT)"
        if self._fault.category is not Category.VALIDATION:
            yield got
            return
        self._use(standalone.annotated, standalone.fits, standalone.all_fit, standalone.each_fits)
        yield f"got, *_ = {got}"
        yield f'assert fits(got, annotated(DREAM, {_literal(name)})), f"the dream returned {{got}}"'

    def _raises(self, expected: str, got: str) -> Iterator[str]:
        self._use(standalone.names_of)
        for side, command in (("expected", expected), ("got", got)):
            yield f"with pytest.raises(BaseException) as {side}:"
            yield f"    {command}"
        yield "assert names_of(got.value) == names_of(expected.value)"
        if self._failure.settings.exceptions == "message":
            yield "assert str(got.value) == str(expected.value)"

    def test(self, check: list[str]) -> Iterator[str]:
        """The test function and, where it would not end by itself, the child that it runs in."""
        name = f"test_dream_{self._dream.id}"
        if not self._child:
            yield "\n".join([f"def {name}() -> None:", *(f"    {line}" for line in check)])
            return
        settings = self._failure.settings
        self.constants += [
            f"TIMEOUT = {settings.timeout}  # seconds of the call",
            f"MEMORY = {settings.memory} << 20  # bytes of address space",
            f"OUTPUT = {settings.output} << 20  # bytes printed",
        ]
        yield "\n".join(["def check() -> None:", *(f"    {line}" for line in check)])
        yield f"""\
def {name}() -> None:
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen([sys.executable, __file__], stdout=output, stderr=output)
        try:
            status = child.wait(TIMEOUT + {STARTUP})
        finally:
            child.kill()
        output.seek(0)
        assert status == 0, output.read()[-2000:].decode(errors="backslashreplace")"""
        yield """\
if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    check()"""

    def _split(self, call: str) -> tuple[str, str]:
        """The function's name and the arguments; raises ``ReproError`` where a file can't write them."""
        name, _, rest = call.partition("(")
        arguments = f"({rest}"
        known: list[str] = []
        for used in sorted(_names(f"given{arguments}", self._failure) - {"given"} - set(dir(builtins))):
            if used in _KNOWN or used in _STAND_INS:
                self.functions += [_STAND_INS[used]] if used in _STAND_INS else []
                known.append(used)
            elif not self._defines(used):
                raise ReproError(_unwritable(self._failure, f"nothing here tells what {used!r} is"))
        self.known = [f"KNOWN = {{{', '.join(f'{_literal(used)}: {used}' for used in known)}}}"]
        return name, arguments

    def _defines(self, name: str) -> bool:
        procedure = self._dream.procedure
        code = procedure.code if procedure else self._dream.code
        return re.search(rf"\b{re.escape(name)}\b", code) is not None

    def _use(self, *functions: Callable[..., Any]) -> None:
        self.functions += [f for f in functions if f not in self.functions]

    def _use_calls(self, call: Callable[..., Any]) -> None:
        stand_ins, self.functions = self.functions, []
        self._use(
            standalone.Own,
            standalone.load,
            standalone.found,
            call,
            standalone.items_of,
            standalone.told,
            standalone.same,
        )
        self.functions += stand_ins
        self.constants += [
            f"TOLERANCE = {self._failure.settings.tolerance!r}",
            f"SIGNED_ZERO = {self._failure.settings.signed_zero == 'on'}",
        ]


def _names(expression: str, failure: Failure) -> set[str]:
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ReproError(_unwritable(failure, "an argument has no form in Python source")) from None
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _unwritable(failure: Failure, reason: str) -> str:
    call = printable(failure.fault.call or "", limit=LINE)
    return (
        f"the failing call of dream {failure.dream.id} can't be written to a file: {call}: {reason}. "
        f"Test it in its jail instead: {failure.repeat}"
    )


def _last_function(code: str) -> str:
    """The entry point by the jail's rule: the last public function."""
    names = re.findall(r"^(?:async\s+)?def\s+([^\W_]\w*)", code, re.MULTILINE)
    return names[-1] if names else "script"


def _header(failure: Failure) -> Iterator[str]:
    dream, fault = failure.dream, failure.fault
    label, free = f" ({dream.label})" if dream.label else "", failure.contract is Contract.FREE
    lines = [
        f"A regression test of dream {dream.id}{label} of the procedure {dream.procedure_name or '-'!r}.",
        "",
        f"{fault.category}: {fault.summary}",
        *([f"  call       {fault.call}"] if fault.call else []),
        *([f"  procedure  {fault.expected}"] if fault.expected and not free else []),
        *([f"  dream      {fault.got}"] if fault.got else []),
        f"  contract   {failure.contract}, run {failure.run_id}",
    ]
    for line in lines:
        yield f"# {printable(line, limit=LINE)}".rstrip()
    yield f"# In its jail: {printable(failure.repeat)}"
    yield "#"
    yield "# BEWARE: the test runs the dream's code WITHOUT A JAIL, with all your rights. Read DREAM first."
    yield f"# Written by 'athena-dreams repro {dream.id}'. It passes once the code in DREAM is mended."


def _literal(text: str) -> str:
    """``text`` as a literal on one line."""
    return '"{}"'.format(_escaped(text).replace('"', '\\"'))


def _quoted(code: str) -> str:
    """``code`` as a literal over several lines, as it reads but for what is not printable."""
    text = re.sub('"(?="|\\Z)', r"\"", _escaped(code, keep="\n"))
    return f'"""\\\n{text}"""'


def _escaped(text: str, *, keep: str = "") -> str:
    return "".join(
        c if c in keep or (c.isprintable() and c != "\\") else c.encode("unicode_escape").decode("ascii")
        for c in text
    )
