"""Mechanical repairs of a dream's code: proposals only, each to be tested in the jail before it is shown.

Invariants: a proposal changes what its kind says and keeps the rest of the source as it was written; it is
made from the fault and the two sources alone, and is never run here.

libcst's parser is native and can end the process on hostile source, so nothing but :mod:`.repairing`, which
runs in a process of its own with limits on time and memory, imports this module.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor

from ..models import Category

PROPOSALS = 6
"""Proposals for one dream."""

_FENCE = re.compile(r"^[ \t]*(```|~~~)[\w+-]*[ \t]*$", re.MULTILINE)
_NAME = re.compile(r"name '(\w+)' is not defined")
_MODULE = re.compile(r"No module named '([\w.]+)'")
_HOMES = {
    "collections": ("Counter", "OrderedDict", "defaultdict", "deque", "namedtuple"),
    "collections.abc": ("Callable", "Iterable", "Iterator", "Mapping", "Sequence"),
    "dataclasses": ("dataclass", "field"),
    "datetime": ("date", "timedelta"),
    "decimal": ("Decimal",),
    "enum": ("Enum",),
    "fractions": ("Fraction",),
    "functools": ("cache", "cmp_to_key", "lru_cache", "partial", "reduce"),
    "heapq": ("heapify", "heappop", "heappush", "nlargest", "nsmallest"),
    "itertools": (
        *("accumulate", "chain", "combinations", "count", "groupby", "islice", "permutations"),
        *("product", "takewhile", "zip_longest"),
    ),
    "math": ("ceil", "floor", "gcd", "inf", "isqrt", "log", "pi", "sqrt"),
    "operator": ("itemgetter",),
    "typing": ("Any", "Dict", "List", "Optional", "Set", "Tuple", "Union"),
}
_MUTABLE = m.List() | m.Dict() | m.Set() | m.Call(func=m.Name("list") | m.Name("dict") | m.Name("set"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A failed dream, as far as a repair needs to know it; ``call`` and ``expected`` are a fault's."""

    code: str
    procedure: str | None
    entry: str | None
    category: Category
    summary: str
    call: str | None
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A mended source; ``kind`` is a word, ``why`` a sentence for people."""

    kind: str
    why: str
    code: str


def propose(task: Task) -> list[Proposal]:
    """The repairs that may help, the likeliest first; none where the code is beyond mechanics."""
    found: dict[str, Proposal] = {}
    if _FENCE.search(task.code):
        unfenced = strip_fences(task.code)
        found[unfenced] = Proposal(
            kind="fence", why="the markdown fences around the code are taken off", code=unfenced
        )
    else:
        for repair in _REPAIRS:
            for proposal in repair(task):
                if proposal.code != task.code:
                    found.setdefault(proposal.code, proposal)
    return list(found.values())[:PROPOSALS]


def strip_fences(code: str) -> str:
    """The longest block between fences; what follows a fence that is not closed counts as its block."""
    marks = list(_FENCE.finditer(code))
    ends = [mark.start() for mark in marks[1:]] + [len(code)]
    blocks = [code[mark.end() : end].strip("\n") + "\n" for mark, end in zip(marks, ends, strict=True)]
    if len(marks) == 1 and not blocks[0].strip():
        return code[: marks[0].start()]  # only the closing fence is left
    return max(blocks[::2], key=len)


def _missing_import(task: Task) -> Iterator[Proposal]:
    found = _NAME.search(task.summary)
    if found is None:
        return
    name = found[1]
    if name in sys.stdlib_module_names:
        yield _with_import(task, name, None)
    for module, names in _HOMES.items():
        if name in names:
            yield _with_import(task, module, name)


def _with_import(task: Task, module: str, name: str | None) -> Proposal:
    context = CodemodContext()
    AddImportsVisitor.add_needed_import(context, module, name)
    tree = AddImportsVisitor(context).transform_module(cst.parse_module(task.code))
    what = f"from {module} import {name}" if name else f"import {module}"
    return Proposal(kind="import", why=f"the missing `{what}` is added", code=tree.code)


def _useless_import(task: Task) -> Iterator[Proposal]:
    found = _MODULE.search(task.summary)
    if found is None:
        return
    top = found[1].partition(".")[0]

    class Drop(cst.CSTTransformer):
        def leave_SimpleStatementLine(
            self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
        ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
            line = cst.Module([original_node]).code.strip()
            if re.match(rf"(?:import|from)\s+{re.escape(top)}\b", line) and "," not in line:
                return cst.RemovalSentinel.REMOVE
            return updated_node

    code = cst.parse_module(task.code).visit(Drop()).code
    yield Proposal(
        kind="unused import",
        why=f"the import of {top}, which is not installed and not needed, is taken out",
        code=code,
    )


def _guards(task: Task) -> Iterator[Proposal]:
    """Answer the failing input's ``None`` or empty argument as the procedure does."""
    values = _arguments(task)
    answer = _literal(task.expected)
    if (
        values is None
        or answer is None
        or task.category not in (Category.RUNTIME, Category.TYPE, Category.LOGIC)
    ):
        return
    for name, value in values.items():
        if value is None:
            yield _at_start(
                task,
                f"if {name} is None:\n    return {answer}\n",
                kind="None check",
                why=f"`{name}` is checked for None, where the procedure returns {answer}",
            )
        elif isinstance(value, list | tuple | dict | str | set | bytes | int | float) and not value:
            test = f"{name} == 0" if isinstance(value, int | float) else f"not {name}"
            yield _at_start(
                task,
                f"if {test}:\n    return {answer}\n",
                kind="guard",
                why=f"`{test}` is answered as the procedure does, with {answer}",
            )


def _lost_guards(task: Task) -> Iterator[Proposal]:
    """Put back the procedure's own first checks, which the dream left out."""
    base, function = _function(task.procedure or "", task.entry), _function(task.code, task.entry)
    if base is None or function is None:
        return
    have = {_plain(statement) for statement in _body(function)}
    lost: list[str] = []
    for statement in _body(base):
        check = m.IndentedBlock(body=[m.SimpleStatementLine([m.Return() | m.Raise()])])
        ends = m.matches(statement, m.If(body=check, orelse=None))
        if not ends:
            break
        if _plain(statement) not in have:
            lost.append(_plain(statement) + "\n")
    if lost:
        yield _at_start(task, "".join(lost), kind="guard", why="the procedure's own first check is put back")


def _mutable_defaults(task: Task) -> Iterator[Proposal]:
    function = _function(task.code, task.entry)
    if function is None:
        return
    made: list[str] = []
    parameters: list[cst.Param] = []
    for parameter in function.params.params:
        if parameter.default is not None and m.matches(parameter.default, _MUTABLE):
            name, value = parameter.name.value, cst.Module([]).code_for_node(parameter.default)
            made.append(f"if {name} is None:\n    {name} = {value}\n")
            parameter = parameter.with_changes(default=cst.Name("None"))
        parameters.append(parameter)
    if made:
        changed = function.with_changes(params=function.params.with_changes(params=parameters))
        changed = _prepend(changed, "".join(made))
        yield Proposal(
            kind="mutable default",
            why="a default that is shared between calls is made anew in each",
            code=_replaced(task.code, function, changed),
        )


def _returns(task: Task) -> Iterator[Proposal]:
    """Return what a function computes in its last statement, and returns not or prints instead."""
    function = _function(task.code, task.entry)
    if function is None or not isinstance(function.body, cst.IndentedBlock):
        return
    last = function.body.body[-1]
    if not m.matches(last, m.SimpleStatementLine(body=[m.DoNotCare()])):
        return
    assert isinstance(last, cst.SimpleStatementLine)
    for expression, keep in _values(last.body[0], function, task):
        line = cst.SimpleStatementLine(
            [cst.Return(expression)], leading_lines=[] if keep else last.leading_lines
        )
        body = [*function.body.body[:-1], *([last] if keep else []), line]
        text = cst.Module([]).code_for_node(expression)
        yield Proposal(
            kind="return",
            why=f"`{text}` is returned, where nothing was",
            code=_replaced(task.code, function, function.with_deep_changes(function.body, body=body)),
        )


def _values(
    statement: cst.BaseSmallStatement, function: cst.FunctionDef, task: Task
) -> Iterator[tuple[cst.BaseExpression, bool]]:
    """What could be returned instead of, or (``True``) after, the last statement."""
    match statement:
        case cst.Expr(value=cst.Call(func=cst.Name("print"), args=[argument])):
            yield argument.value, False
        case cst.Expr(value=value):
            yield value, False
        case (
            cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)])
            | cst.AugAssign(target=cst.Name() as name)
        ):
            yield name, True
        case cst.Return(value=None | cst.Name("None")):
            base = _function(task.procedure or "", task.entry)
            own = {n.value for n in m.findall(function, m.Name()) if isinstance(n, cst.Name)}
            for node in m.findall(base, m.Return()) if base else ():
                assert isinstance(node, cst.Return)
                if isinstance(node.value, cst.Name) and node.value.value in own - {"None"}:
                    yield node.value, False


def _parameters(task: Task) -> Iterator[Proposal]:
    """Call the parameters and the function what the procedure calls them."""
    base = _function(task.procedure or "", task.entry)
    function = _function(task.code, task.entry) or _like(task.code, base)
    if base is None or function is None:
        return
    wanted, own = _parameter_names(base), _parameter_names(function)
    if len(wanted) == len(own) and wanted != own and not set(wanted) & (_names(function) - set(own)):
        changed = function.visit(_Rename(dict(zip(own, wanted, strict=True))))
        assert isinstance(changed, cst.FunctionDef)
        yield Proposal(
            kind="parameter",
            why="the parameters are called what the procedure calls them",
            code=_replaced(task.code, function, changed),
        )
    if function.name.value != base.name.value:
        tree = cst.parse_module(task.code).visit(_Rename({function.name.value: base.name.value}))
        yield Proposal(
            kind="entry point", why=f"the function is called {base.name.value} again", code=tree.code
        )


def _copied_arguments(task: Task) -> Iterator[Proposal]:
    function = _function(task.code, task.entry)
    if function is None or "changed an argument in place" not in task.summary:
        return
    copies = "".join(f"{p.name.value} = copy.deepcopy({p.name.value})\n" for p in function.params.params)
    inner = _at_start(task, copies, kind="argument", why="it works on copies of its arguments")
    context = CodemodContext()
    AddImportsVisitor.add_needed_import(context, "copy")
    tree = AddImportsVisitor(context).transform_module(cst.parse_module(inner.code))
    yield Proposal(kind=inner.kind, why=inner.why, code=tree.code)


_REPAIRS: tuple[Callable[[Task], Iterator[Proposal]], ...] = (
    _missing_import,
    _useless_import,
    _copied_arguments,
    _mutable_defaults,
    _returns,
    _parameters,
    _lost_guards,
    _guards,
)


class _Rename(cst.CSTTransformer):
    """Renames variables; attributes and the keywords of calls stay."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self._names = names

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return True

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        return updated_node.with_changes(value=self._names.get(updated_node.value, updated_node.value))


def _function(code: str, name: str | None) -> cst.FunctionDef | None:
    """The function of that name at the top of ``code``; the only one where no name is known."""
    if name is None:
        return _only_function(code)
    found = [f for f in _functions(code) if f.name.value == name]
    return found[-1] if found else None


def _only_function(code: str) -> cst.FunctionDef | None:
    functions = _functions(code)
    return functions[0] if len(functions) == 1 else None


def _like(code: str, base: cst.FunctionDef | None) -> cst.FunctionDef | None:
    """The one function of ``code`` whose parameters are called what those of ``base`` are."""
    functions = [f for f in _functions(code) if base and _parameter_names(f) == _parameter_names(base)]
    return functions[0] if len(functions) == 1 else None


def _parameter_names(function: cst.FunctionDef) -> list[str]:
    return [p.name.value for p in (*function.params.params, *function.params.kwonly_params)]


def _functions(code: str) -> list[cst.FunctionDef]:
    return [statement for statement in cst.parse_module(code).body if isinstance(statement, cst.FunctionDef)]


def _body(function: cst.FunctionDef) -> list[cst.BaseStatement]:
    """The statements of a function without its docstring."""
    if not isinstance(function.body, cst.IndentedBlock):
        return []
    body = list(function.body.body)
    return body[1:] if function.get_docstring() is not None else body


def _plain(statement: cst.BaseStatement) -> str:
    """A statement's source without comments and blank lines before it."""
    return cst.Module([]).code_for_node(statement).strip("\n")


def _names(node: cst.CSTNode) -> set[str]:
    return {found.value for found in m.findall(node, m.Name()) if isinstance(found, cst.Name)}


def _replaced(code: str, function: cst.FunctionDef, changed: cst.FunctionDef) -> str:
    module = cst.parse_module(code)
    body = [changed if _same(statement, function) else statement for statement in module.body]
    return module.with_changes(body=body).code


def _same(statement: cst.CSTNode, function: cst.FunctionDef) -> bool:
    return isinstance(statement, cst.FunctionDef) and statement.deep_equals(function)


def _at_start(task: Task, source: str, *, kind: str, why: str) -> Proposal:
    function = _function(task.code, task.entry)
    if function is None:
        return Proposal(kind=kind, why=why, code=task.code)
    return Proposal(kind=kind, why=why, code=_replaced(task.code, function, _prepend(function, source)))


def _prepend(function: cst.FunctionDef, source: str) -> cst.FunctionDef:
    """``function`` with statements before its first, after its docstring."""
    new = cst.parse_module(source).body
    if isinstance(function.body, cst.IndentedBlock):
        body = list(function.body.body)
    else:
        assert isinstance(function.body, cst.SimpleStatementSuite)
        body = [cst.SimpleStatementLine(function.body.body)]
    start = 1 if function.get_docstring() is not None else 0
    return function.with_changes(body=cst.IndentedBlock([*body[:start], *new, *body[start:]]))


def _arguments(task: Task) -> dict[str, object] | None:
    """The failing call's arguments by parameter, where they are literals."""
    function = _function(task.code, task.entry)
    if function is None or task.call is None:
        return None
    try:
        call = ast.parse(task.call, mode="eval").body
        assert isinstance(call, ast.Call)
        named = {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg is not None}
        positional = [ast.literal_eval(argument) for argument in call.args]
    except (SyntaxError, ValueError, AssertionError):
        return None
    parameters = function.params.params
    left_out = [p.name.value for p in parameters if m.matches(p, m.Param(default=m.Name("None")))]
    names = [parameter.name.value for parameter in parameters]
    return dict.fromkeys(left_out) | dict(zip(names, positional, strict=False)) | named


def _literal(expected: str) -> str | None:
    """The value that the procedure returned, as source."""
    text = expected.removeprefix("returned ")
    if text == expected:
        return None
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return None
    return text
