"""Functions described and calls drawn for them, with arguments built as the jail builds them."""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import msgspec

from pytest_athena_dreams.inputs.arguments import Arguments
from pytest_athena_dreams.inputs.drawing import draw
from pytest_athena_dreams.inputs.pool import PoolSpec
from pytest_athena_dreams.sandbox.jail.building import Arguments as Loader
from pytest_athena_dreams.sandbox.jail.describe import Describer
from pytest_athena_dreams.sandbox.jail.usage import usage
from pytest_athena_dreams.signatures import Signature


def module_of(code: str) -> ModuleType:
    """``code`` run as the module ``dream``, which it stays until the next one."""
    module = ModuleType("dream")
    sys.modules["dream"] = module
    exec(compile(code, "<dream>", "exec", dont_inherit=True), vars(module))
    return module


def signature_of(code: str, name: str = "f") -> tuple[Signature, ModuleType]:
    module, tree = module_of(code), ast.parse(code)
    describer = Describer(vars(module), None, code)
    described: dict[str, Any] = {"name": name, **describer.function(getattr(module, name))}
    described |= {"doc": getattr(module, name).__doc__ or ""}
    described |= {"classes": list(describer.classes.values()), "usage": usage(tree, name)}
    return msgspec.convert(msgspec.json.decode(msgspec.json.encode(described)), Signature), module


def drawn(signature: Signature, size: int = 20, **options: Any) -> list[Arguments]:
    found: list[Arguments] = []
    spec = PoolSpec(signature=signature, literals=(), size=size, seed=0, **options)
    draw(spec.strategy(), lambda arguments, _: found.append(arguments), examples=spec.draws, seed=spec.seed)
    return found


def built(arguments: Arguments) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """The arguments as the jail gets them."""
    args, kwargs = Loader(io.BytesIO(arguments.payload())).load()
    return args, kwargs
