"""Settings: which source wins, what each one takes, and what a refusal says."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.config import SETTINGS, Setting, Settings, is_on
from pytest_athena_dreams.errors import SettingError
from pytest_athena_dreams.resolution import (
    Source,
    arguments,
    command_options,
    ini_keys,
    origin,
    pytest_options,
    resolve,
    variables,
)

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
        "1/4",
        "2/4",
        "3/4",
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
    return getattr(resolve(*sources(setting, option, variable, ini)), setting.name)


def sources(setting: Setting, option: str | None, variable: str | None, ini: str | None) -> list[Source]:
    return [
        pytest_options({setting.name: option}),
        variables({} if variable is None else {setting.variable: variable}),
        ini_keys({setting.name: ini}, "pytest.ini"),
    ]


def test_each_field_is_one_setting_with_one_name() -> None:
    assert [setting.name for setting in SETTINGS] == list(DEFAULTS)
    for setting in SETTINGS:
        name = setting.name
        assert setting.option == f"--athena-{name.replace('_', '-')}"
        assert setting.variable == f"ATHENA_{name.upper()}"
        assert setting.ini == f"athena_{name}"


def test_without_sources_all_is_as_by_default() -> None:
    assert resolve() == Settings()
    assert resolve(pytest_options({}), variables({}), ini_keys({}, "pytest.ini")) == Settings()


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
    named = [
        name
        for name, given_ in zip(
            (setting.option, f"the environment variable {setting.variable}", f"{setting.ini} in pytest.ini"),
            (option, variable, ini),
            strict=True,
        )
        if given_
    ]
    texts_of = [text if given_ else None for text, given_ in zip(texts, (option, variable, ini), strict=True)]
    assert origin(setting.name, *sources(setting, *texts_of)) == (named[0] if named else None)


@each_setting
def test_an_error_names_the_value_its_source_and_what_is_expected(setting: Setting) -> None:
    texts = {setting.name: " "}
    for source, called in (
        (pytest_options(texts), setting.option),
        (command_options(texts), setting.option.replace("--athena-", "--")),
        (variables({setting.variable: " "}), f"the environment variable {setting.variable}"),
        (ini_keys(texts, "tox.ini"), f"{setting.ini} in tox.ini"),
        (arguments(texts), f"the argument {setting.name}"),
    ):
        with pytest.raises(SettingError) as caught:
            resolve(source)
        assert str(caught.value) == f"invalid value ' ' for {called}: expected {setting.expects}"


def test_the_error_of_the_style_guide() -> None:
    with pytest.raises(SettingError) as caught:
        resolve(pytest_options({"timeout": "0"}))
    assert str(caught.value) == (
        "invalid value '0' for --athena-timeout: expected a number of seconds from 0.01 to 3600"
    )


@pytest.mark.parametrize(
    ("texts", "on"), [(("1", "true", "YES", "On"), True), (("0", "False", "no", "off"), False)]
)
def test_a_switch_is_on_or_off(texts: tuple[str, ...], on: bool) -> None:
    assert [is_on(text, "athena_dreams in tox.ini") for text in texts] == [on] * 4


@pytest.mark.parametrize("text", ["maybe", "", "2", " 1", "ja"])
def test_a_switch_that_is_neither_on_nor_off_is_an_error(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        is_on(text, "athena_dreams in tox.ini")
    assert str(caught.value) == (
        f"invalid value {text!r} for athena_dreams in tox.ini: expected one of "
        "1, true, yes, on, 0, false, no, off"
    )


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
