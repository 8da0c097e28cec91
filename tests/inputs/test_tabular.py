"""Arrays and frames, if numpy and pandas are installed: drawn, built, compared, and used in the jail."""

from __future__ import annotations

import sysconfig
from typing import Any

import pytest

from pytest_athena_dreams.judge.equality import difference
from pytest_athena_dreams.models import ObservationKind
from pytest_athena_dreams.sandbox.client import Sandbox, Source
from pytest_athena_dreams.sandbox.jail.canonical import canonical
from pytest_athena_dreams.sandbox.policy import Policy
from pytest_athena_dreams.sandbox.runner import Runner
from tests.inputs.kit import built, drawn, signature_of

numpy = pytest.importorskip("numpy")
ARRAYS = "import numpy as np\nfrom numpy.typing import NDArray\n"


@pytest.mark.parametrize("dtype", ["float64", "int64", "uint8", "bool_", "float32"])
def test_arrays_are_of_the_dtype(dtype: str) -> None:
    signature, _ = signature_of(f"{ARRAYS}def f(a: NDArray[np.{dtype}]): ...")
    values = [built(arguments)[0][0] for arguments in drawn(signature)]
    assert {type(value) for value in values} == {numpy.ndarray}
    assert {value.dtype for value in values} == {numpy.dtype(dtype)}


def test_frames_and_series_are_drawn() -> None:
    pandas = pytest.importorskip("pandas")
    signature, _ = signature_of("import pandas as pd\ndef f(a: pd.DataFrame, b: pd.Series): ...")
    for arguments in drawn(signature):
        (frame, series), _ = built(arguments)
        assert isinstance(frame, pandas.DataFrame)
        assert isinstance(series, pandas.Series)


A: Any = numpy.array


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (A([1, 2]), A([1, 3])),
        (A([1, 2]), A([1.0, 2.0])),
        (A([[1, 2]]), A([[1], [2]])),
        (numpy.int64(1), numpy.int64(2)),
        (numpy.int64(1), numpy.int32(1)),
        (A(["a"]), A(["b"])),
    ],
)
def test_different_arrays_differ(one: Any, other: Any) -> None:
    assert difference(canonical(one, consume=True), canonical(other, consume=True)) is not None
    assert difference(canonical(one, consume=True), canonical(one.copy(), consume=True)) is None


def test_different_frames_differ() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None]})
    for other in (
        frame.rename(columns={"a": "c"}),
        frame.iloc[::-1],
        frame.astype({"a": float}),
        frame[["a"]],
    ):
        assert difference(canonical(frame, consume=True), canonical(other, consume=True)) is not None
    assert difference(canonical(frame, consume=True), canonical(frame.copy(), consume=True)) is None


@pytest.mark.parametrize("library", ["numpy", "pandas"])
def test_it_can_be_imported_in_the_jail(library: str) -> None:
    pytest.importorskip(library)
    kind = {"numpy": "ndarray", "pandas": "DataFrame"}[library]
    code = f"import {library}\ndef f(a: {library}.{kind}):\n    return a.sum()\n"
    policy = Policy(read_paths=(sysconfig.get_path("purelib"),))
    with Sandbox(policy) as sandbox, Runner(sandbox, Source(code=code, entry_point="f")) as runner:
        assert runner.signature is not None, runner.failure
        payloads = [arguments.payload() for arguments in drawn(runner.signature, 10)]
        seen = runner.run(payloads, timeout=5)
    kinds = [observation.kind for observation in seen]
    assert kinds.count(ObservationKind.RETURNED) > len(kinds) / 2, seen[0]
