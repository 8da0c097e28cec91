from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from pytest_athena_dreams.errors import ImportFileError
from pytest_athena_dreams.models import Contract, DreamType, Status
from pytest_athena_dreams.store.jsonl import DreamLine, Entry, Line, ProcedureLine, read_lines

from .kit import line, write

TYPES = "one of constraint_relaxation, cross_project_synthesis, parameter_exploration, conditional_variant"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dreams.jsonl"


def problem(file: Path) -> str:
    """Read ``file``, which has one problem, and give the text of it."""
    with pytest.raises(ImportFileError) as error:
        read_lines([file])
    first, *others = str(error.value).split("\n  ")
    assert first == "nothing was imported:"
    assert len(others) == 1
    return others[0]


def test_a_line_with_every_key(file: Path) -> None:
    whole: dict[str, Any] = {
        "label": "d1",
        "procedure": {
            "name": "n",
            "project": "p",
            "version": 2,
            "code": "c",
            "entry_point": "e",
            "private": True,
        },
        "base_procedure_name": "n",
        "code": "d",
        "entry_point": "f",
        "dream_type": "conditional_variant",
        "contract": "compatible",
        "tier": 3,
        "status": "evaluated",
        "viability_score": 1,
        "novelty_score": 0.25,
        "cross_project_matches": 4,
        "model_used": "m",
        "reasoning": "r",
        "generated_description": "g",
        "claude_reasoning": "cr",
        "generated_at": 1,
        "evaluated_at": 2,
        "created_by": "me",
    }
    [read] = dreams([write(file, whole)])
    assert (read.where, read.label) == (f"{file}, line 1", "d1")
    assert read.dream == DreamLine(
        **whole
        | {
            "procedure": ProcedureLine(
                name="n", project="p", version=2, code="c", entry_point="e", private=True
            ),
            "dream_type": DreamType.CONDITIONAL_VARIANT,
            "contract": Contract.COMPATIBLE,
            "status": Status.EVALUATED,
        }
    )


def dreams(paths: Sequence[Path]) -> list[Line]:
    """The dreams of files that hold nothing else."""
    lines = read_lines(paths)
    assert all(isinstance(line, Line) for line in lines)
    return [line for line in lines if isinstance(line, Line)]


def test_a_line_may_hold_a_procedure_alone(file: Path) -> None:
    base = {"name": "n", "code": "c", "source": "tools.py::n"}
    alone, dream = read_lines([write(file, {"procedure": base}, line(procedure=base), {"procedure": base})])
    whole = ProcedureLine(name="n", code="c", source="tools.py::n")
    assert alone == Entry(where=f"{file}, line 1", procedure=whole)
    assert isinstance(dream, Line)
    assert dream.dream.procedure == whole


def test_a_line_with_a_broken_procedure_alone_is_refused(file: Path) -> None:
    with pytest.raises(ImportFileError, match=r"line 1, key procedure.code: missing"):
        read_lines([write(file, {"procedure": {"name": "n"}})])


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(line()).encode())))
    [read] = dreams([Path("-")])
    assert (read.where, read.label) == ("standard input, line 1", "d1")


def test_what_is_left_out_is_unset_and_null_is_none(file: Path) -> None:
    [bare] = dreams([write(file, {"code": "", "dream_type": "conditional_variant"})])
    assert {getattr(bare.dream, name) for name in ("procedure", "tier", "contract", "entry_point")} == {UNSET}
    [null] = dreams([write(file, line(procedure=None, tier=None, contract=None, entry_point=None))])
    assert {getattr(null.dream, name) for name in ("procedure", "tier", "contract", "entry_point")} == {None}


def test_byte_order_mark_blank_lines_and_crlf_are_no_faults(file: Path) -> None:
    text = json.dumps(line())
    file.write_bytes(f"\ufeff\r\n{text}\r\n \t\n\n{text.replace('d1', 'd2')}".encode())
    assert [(read.where, read.label) for read in dreams([file])] == [
        (f"{file}, line 2", "d1"),
        (f"{file}, line 5", "d2"),
    ]


def test_an_empty_file_has_no_dreams(file: Path) -> None:
    assert read_lines([write(file)]) == []


def test_lone_surrogates_become_escapes_which_python_reads_alike(file: Path) -> None:
    file.write_text(json.dumps(line(code="'\ud800'", procedure={"name": "\udfff", "code": "x"})))
    [read] = dreams([file])
    assert read.dream.code == r"'\ud800'"
    assert read.dream.procedure
    assert read.dream.procedure.name == r"\udfff"


def test_a_missing_label_is_made_from_procedure_and_code(file: Path) -> None:
    base = {"name": "n", "project": "p", "code": "1"}
    labels = [
        read.label
        for read in dreams(
            [
                write(
                    file,
                    line(label=..., procedure=base),
                    line(label=..., procedure=base | {"project": "q"}),
                    line(label=..., procedure=base | {"name": "m"}),
                    line(label=..., procedure=base, code="other"),
                    line(label=..., procedure=...),
                )
            ]
        )
    ]
    assert len(set(labels)) == 5
    assert all(label.startswith("auto-") and len(label) == 21 for label in labels)
    [again] = dreams([write(file, line(label=None, procedure=base | {"code": "2"}, tier=2))])
    assert again.label == labels[0]


def test_a_line_that_is_repeated_counts_once(file: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.jsonl", line())
    assert len(read_lines([write(file, line(), line()), other])) == 1


def test_a_label_with_two_contents_names_both_places(file: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.jsonl", line(code="other"))
    with pytest.raises(ImportFileError) as error:
        read_lines([write(file, line()), other])
    assert str(error.value) == (
        f"nothing was imported:\n  {other}, line 1, key label: 'd1' is also the label of another dream, "
        f"in {file}, line 1; give each dream a label of its own"
    )


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"code": ...}, "key code: missing; give the Python source of the dream, as text"),
        ({"code": 1}, "key code: 1 given; give the Python source of the dream, as text"),
        ({"dream_type": ...}, f"key dream_type: missing; give {TYPES}"),
        ({"dream_type": "dream"}, f"key dream_type: 'dream' given; give {TYPES}"),
        (
            {"label": ""},
            "key label: '' given; give text without control characters, not empty, or leave it out",
        ),
        (
            {"label": "a\0b"},
            r"key label: 'a\x00b' given; give text without control characters, not empty, or leave it out",
        ),
        (
            {"contract": "same"},
            (
                "key contract: 'same' given; give one of equivalent, superset, compatible, free, "
                "or null for what the dream's type decides"
            ),
        ),
        (
            {"status": "new"},
            (
                "key status: 'new' given; "
                "give one of pending_evaluation, evaluated, pending_test, tested, archived"
            ),
        ),
        ({"tier": 0}, "key tier: 0 given; give 1 (viable), 2 (speculative), 3 (archive) or null"),
        ({"tier": 4}, "key tier: 4 given; give 1 (viable), 2 (speculative), 3 (archive) or null"),
        ({"tier": True}, "key tier: True given; give 1 (viable), 2 (speculative), 3 (archive) or null"),
        ({"viability_score": 1.5}, "key viability_score: 1.5 given; give a number from 0 to 1, or null"),
        ({"novelty_score": -0.1}, "key novelty_score: -0.1 given; give a number from 0 to 1, or null"),
        ({"novelty_score": "high"}, "key novelty_score: 'high' given; give a number from 0 to 1, or null"),
        (
            {"cross_project_matches": 2**63},
            f"key cross_project_matches: {2**63} given; give a whole number from 0",
        ),
        (
            {"generated_at": 1_700_000_000_000},
            "key generated_at: 1700000000000 given; give whole seconds since 1970 (no milliseconds)",
        ),
        (
            {"procedure": "double"},
            (
                "key procedure: 'double' given; give an object with the keys name and code, "
                "and at will project, version, entry_point, private and source"
            ),
        ),
        (
            {"procedure": {"name": "double"}},
            "key procedure.code: missing; give the Python source of the procedure, as text, not empty",
        ),
        (
            {"procedure": {"name": "", "code": "x"}},
            "key procedure.name: '' given; give text without control characters, not empty",
        ),
        (
            {"procedure": {"name": "n", "code": "x", "version": 0}},
            "key procedure.version: 0 given; give a whole number from 1, or leave it out to get the next one",
        ),
        ({"contrct": "free"}, "key 'contrct': unknown; did you mean contract?"),
        (
            {"procedure": {"name": "n", "code": "x", "entrypoint": "f"}},
            "key procedure.'entrypoint': unknown; did you mean entry_point?",
        ),
        (
            {"procedure": {"name": "n", "code": "x", "zzz\x1b": 1}},
            (
                r"key procedure.'zzz\x1b': unknown; "
                "known are name, project, version, code, entry_point, private, source"
            ),
        ),
        (
            {"base_procedure_name": "n"},
            "key base_procedure_name: 'n' given, but the procedure is 'double'; leave the key out",
        ),
        (
            {"tier": "x" * 99},
            f"key tier: '{'x' * 58}… given; give 1 (viable), 2 (speculative), 3 (archive) or null",
        ),
    ],
)
def test_a_wrong_key_is_named_with_its_value_and_the_remedy(
    file: Path, keys: dict[str, Any], expected: str
) -> None:
    assert problem(write(file, line(label="d0"), line(**keys))) == f"{file}, line 2, {expected}"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{", "not JSON: Expecting property name enclosed in double quotes at column 2; "),
        (b'{"code": "x"} {}', "not JSON: Extra data at column 15; write one whole JSON object on each line"),
        (b'{"code": "\xff"}', "not UTF-8: byte 0xff at column 11; save the file as UTF-8"),
        (b'{"code": "\xed\xa0\x80"}', "not UTF-8: byte 0xed at column 11; save the file as UTF-8"),
        (b'{"tier": NaN}', "NaN is no JSON; write a finite number, or null for none"),
        (b'{"code": "a", "code": "b"}', "key 'code': given twice; give it once"),
        (b"[1]", "not a dream: Expected `object`, got `array`; write one JSON object on each line"),
        (b"[" * 100_000, "not a dream: nested too deeply; write one flat JSON object on each line"),
        (b'{"tier": ' + b"1" * 5_000 + b"}", "Exceeds the limit (4300 digits) for integer string conversion"),
        ("{}".encode("utf-16"), "not UTF-8: byte 0xff at column 1; save the file as UTF-8"),
    ],
)
def test_a_line_that_can_not_be_read_is_named_with_the_remedy(file: Path, raw: bytes, expected: str) -> None:
    file.write_bytes(b"\n" + raw + b"\n")
    assert problem(file).startswith(f"{file}, line 2, {expected}")


def test_problems_are_listed_together_up_to_ten(file: Path) -> None:
    write(file, *(line(label=f"{n}", tier=n) for n in range(4, 17)))
    with pytest.raises(ImportFileError) as error:
        read_lines([file])
    first, *problems, last = str(error.value).split("\n  ")
    assert (first, last) == ("nothing was imported:", "and 3 problems more")
    assert [each.partition(";")[0] for each in problems] == [
        f"{file}, line {number}, key tier: {number + 3} given" for number in range(1, 11)
    ]


def test_a_file_that_can_not_be_read_is_named(file: Path, tmp_path: Path) -> None:
    for path, reason in ((file, "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(ImportFileError) as error:
            read_lines([path])
        assert str(error.value) == (
            f"nothing was imported: {path} can't be read ({reason}); check its name and permissions"
        )


def test_every_key_has_a_text_that_says_what_it_takes() -> None:
    from pytest_athena_dreams.store.jsonl import EXPECTED_VALUES

    keys = {*DreamLine.__struct_fields__, *(f"procedure.{name}" for name in ProcedureLine.__struct_fields__)}
    assert EXPECTED_VALUES.keys() == keys
