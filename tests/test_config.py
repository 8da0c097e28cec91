"""Settings: which source wins, what each one takes, and what a refusal says."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.config import SETTINGS, Setting, Settings, resolve
from pytest_athena_dreams.errors import SettingError

DEFAULTS = {field.name: field.default for field in fields(Settings)}
BY_NAME = {setting.name: setting for setting in SETTINGS}
each_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)


def other_values(setting: Setting) -> list[str]:
    """Three texts that the setting takes: each of another value, none of them the default's."""
    candidates = [
        *setting.metavar.split("|"),
        "65",
        "66.0",
        "66",
        "67",
        "68",
        "one",
        "two",
        "three",
        "large",
        "empty,none",
        "extreme,large",
        "a=b",
        "c=d",
        "0.5",
        "0.25",
        "0.125",
    ]
    values: dict[Any, str] = {}
    for text in candidates:
        try:
            value = setting.parse(text)
        except ValueError:
            continue
        if value != DEFAULTS[setting.name] and value not in values.values():
            values.setdefault(value, text)
    return list(values.values())


def resolved(setting: Setting, *, option: str | None, variable: str | None, ini: str | None) -> Any:
    settings = resolve(
        {setting.name: option},
        {} if variable is None else {setting.variable: variable},
        {setting.name: ini},
        "pytest.ini",
    )
    return getattr(settings, setting.name)


def test_each_field_is_one_setting_with_one_name() -> None:
    assert [setting.name for setting in SETTINGS] == list(DEFAULTS)
    for setting in SETTINGS:
        name = setting.name
        assert setting.option == f"--athena-{name.replace('_', '-')}"
        assert setting.variable == f"ATHENA_{name.upper()}"
        assert setting.ini == f"athena_{name}"


def test_without_sources_all_is_as_by_default() -> None:
    assert resolve({}, {}, {}, "pytest.ini") == Settings()


@each_setting
@pytest.mark.parametrize("option", [False, True], ids=["no-option", "option"])
@pytest.mark.parametrize("variable", [False, True], ids=["no-variable", "variable"])
@pytest.mark.parametrize("ini", [False, True], ids=["no-ini", "ini"])
def test_the_nearest_source_wins(setting: Setting, option: bool, variable: bool, ini: bool) -> None:
    values = other_values(setting)
    texts = [values[n % len(values)] for n in range(3)]
    chosen = [text for text, given_ in zip(texts, (option, variable, ini), strict=True) if given_]
    expected = setting.parse(chosen[0]) if chosen else DEFAULTS[setting.name]
    got = resolved(
        setting,
        option=texts[0] if option else None,
        variable=texts[1] if variable else None,
        ini=texts[2] if ini else None,
    )
    assert got == expected


@each_setting
def test_a_refusal_names_source_value_limit_and_default(setting: Setting) -> None:
    sources = {
        "option": f"{setting.option} on the command line",
        "variable": f"environment variable {setting.variable}",
        "ini": f"{setting.ini} in pytest.ini",
    }
    for name, source in sources.items():
        texts: dict[str, str | None] = {"option": None, "variable": None, "ini": None, name: " "}
        with pytest.raises(SettingError) as caught:
            resolved(setting, **texts)
        text = str(caught.value)
        assert text.startswith(f"{source}: ' ' will not do, it takes {setting.expects}")
        assert f"(default: {setting.written(DEFAULTS[setting.name])})" in text


@each_setting
@given(
    text=st.text() | st.integers().map(str) | st.floats().map(str) | st.sampled_from(["inf", "nan", "1e999"])
)
def test_any_text_is_taken_or_refused(setting: Setting, text: str) -> None:
    try:
        value = resolved(setting, option=text, variable=None, ini=None)
    except SettingError as refused:
        said = str(refused)
    else:
        assert value is None or DEFAULTS[setting.name] is None or type(value) is type(DEFAULTS[setting.name])
        assert value == value  # no NaN
        return
    assert repr(text) in said


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("max_examples", "1", "100000"),
        ("seed", "0", str(2**63 - 1)),
        ("timeout", "0.01", "3600"),
        ("dream_timeout", "0.1", "86400"),
        ("shrink_time", "0", "3600"),
        ("memory", "64", "1048576"),
        ("output", "1", "1024"),
        ("scratch", "0", "65536"),
    ],
)
def test_limits_are_inclusive(name: str, least: str, most: str) -> None:
    setting = BY_NAME[name]
    for text, beyond in ((least, float(least) - 0.001), (most, float(most) * 2)):
        assert resolved(setting, option=text, variable=None, ini=None) == setting.parse(text)
        wrong = str(int(beyond // 1)) if isinstance(DEFAULTS[name], int) else str(beyond)
        with pytest.raises(SettingError):
            resolved(setting, option=wrong, variable=None, ini=None)


@each_setting
def test_the_default_is_a_value_that_is_taken(setting: Setting) -> None:
    default = DEFAULTS[setting.name]
    assert setting.parse(setting.written(default)) == default
