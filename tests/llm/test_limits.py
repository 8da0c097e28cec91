"""Budgets, prices, keys, and the settings of models."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.errors import SettingError
from pytest_athena_dreams.llm.budget import Budget, BudgetSpent
from pytest_athena_dreams.llm.configuration import MODEL_SETTINGS, ModelSettings, resolve_models, written
from pytest_athena_dreams.llm.keys import is_secret, redacted, secrets
from pytest_athena_dreams.llm.prices import Price, is_local, most_tokens
from pytest_athena_dreams.llm.privacy import is_private
from pytest_athena_dreams.resolution import command_options, resolve, variables

CENTS = st.integers(0, 50).map(lambda cents: Decimal(cents) / 100)


@given(
    st.one_of(st.none(), CENTS),
    st.one_of(st.none(), st.integers(0, 10)),
    st.lists(st.tuples(CENTS, st.one_of(st.none(), st.floats(0, 1)), st.booleans()), max_size=30),
)
def test_no_order_of_calls_exceeds_a_budget(
    money: Decimal | None, calls: int | None, script: list[tuple[Decimal, float | None, bool]]
) -> None:
    """Each step reserves a call of some worst cost, and settles the oldest one where it says so."""
    budget = Budget(money=money, calls=calls)
    flying: list[tuple[Decimal, Decimal | None]] = []
    for worst, share, settle in script:
        try:
            budget.reserve(worst)
            flying.append((worst, None if share is None else worst * Decimal(share)))
        except BudgetSpent:
            pass
        if settle and flying:
            budget.settle(*flying.pop(0))
        assert money is None or budget.spent + budget.held <= money
        assert calls is None or budget.made + budget.flying <= calls
        assert budget.flying == len(flying)
        assert budget.held == sum(worst for worst, _ in flying)


def test_a_cost_above_the_worst_case_is_booked_in_full() -> None:
    budget = Budget(money=Decimal(1))
    budget.reserve(Decimal("0.5"))
    budget.settle(Decimal("0.5"), Decimal("0.9"))
    with pytest.raises(BudgetSpent, match=r"\$0.9 of \$1 is used, and the next call can cost \$0.2"):
        budget.reserve(Decimal("0.2"))


@given(st.text(max_size=200))
def test_a_prompt_has_at_most_a_token_for_each_byte(text: str) -> None:
    assert most_tokens(text) >= len(text)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:1/v1", True),
        ("https://127.0.0.1.example.org/v1", False),
        ("https://api.openai.com/v1", False),
    ],
)
def test_which_servers_are_on_this_machine(url: str, local: bool) -> None:
    assert is_local(url) is local


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OPENAI_API_KEY", True),
        ("ATHENA_MODEL_KEY", True),
        ("GITHUB_TOKEN", True),
        ("aws_secret", True),
        ("DB_PASSWORD", True),
        ("GOOGLE_CREDENTIALS", True),
        ("PATH", False),
        ("KEYBOARD", False),
        ("TOKENIZERS_PARALLELISM", False),
    ],
)
def test_which_variables_hold_secrets(name: str, expected: bool) -> None:
    assert is_secret(name) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status 401: sk-aaaa-bbbb is wrong", "status 401: *** is wrong"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ('{"api_key": "abcdef"}', '{"api_key": "abcdef"}'),
        ("api_key=abcdefg", "api_key=***"),
        ("https://me:pw@host/v1", "https://***@host/v1"),
        ("nothing here", "nothing here"),
    ],
)
def test_keys_are_taken_out_of_a_text(text: str, expected: str) -> None:
    found = secrets({"OPENAI_API_KEY": "sk-aaaa-bbbb", "X_TOKEN": "on", "HOME": "status"})
    assert found == ("sk-aaaa-bbbb",)
    assert redacted(text, found) == expected


@given(st.text(alphabet=":/@ aB.", max_size=3000))
def test_taking_keys_out_takes_no_long(text: str) -> None:
    redacted(text * 20, ("secret",))


def test_settings_come_from_options_and_variables() -> None:
    chosen = resolve_models(
        command_options({"model": "openai:a, openai:b", "model_price": "0.25, 2"}),
        variables({"ATHENA_MODEL": "x", "ATHENA_JUDGE": "y", "ATHENA_MODEL_TOKENS": "100"}, MODEL_SETTINGS),
    )
    assert chosen == ModelSettings(
        model=("openai:a", "openai:b"),
        judge=("y",),
        model_tokens=100,
        model_price=Price(input=Decimal("0.25"), output=Decimal(2)),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("model", "a,,b"),
        ("model_url", "ftp://host"),
        ("model_url", "127.0.0.1:8080"),
        ("model_command", "  "),
        ("model_command", "say 'so"),
        ("model_price", "1"),
        ("model_price", "1,nan"),
        ("model_price", "1,-2"),
        ("model_timeout", "0"),
        ("model_tokens", "1.5"),
    ],
)
def test_an_invalid_value_is_an_error_that_says_what_is_expected(name: str, text: str) -> None:
    (setting,) = (setting for setting in MODEL_SETTINGS if setting.name == name)
    option = setting.option.replace("--athena-", "--")
    with pytest.raises(SettingError) as raised:
        resolve_models(command_options({name: text}))
    assert str(raised.value) == f"invalid value {text!r} for {option}: expected {setting.expects}"


@pytest.mark.parametrize(
    ("patterns", "name", "project", "private"),
    [
        (("billing",), "total", "billing", True),
        (("secret_*",), "secret_sum", None, True),
        (("secret_*",), "sum", "shop", False),
        (("sum",), "sum_all", None, False),
        (("*",), "any", None, True),
        ((), "sum", "shop", False),
        (("*",), None, None, False),
    ],
)
def test_which_procedures_are_private(
    patterns: tuple[str, ...], name: str | None, project: str | None, private: bool
) -> None:
    assert is_private(patterns, name, project) is private


@pytest.mark.parametrize("name", ["ATHENA_MODEL_KEY", "OPENAI_API_KEY", "PATH,anthropic_api_key"])
def test_no_jail_gets_the_key_of_a_model(name: str) -> None:
    with pytest.raises(SettingError, match="none of them a model's key"):
        resolve(command_options({"allow_env": name}))
    assert resolve(command_options({"allow_env": "PATH,HOME"})).allow_env == ("PATH", "HOME")


def test_an_error_does_not_repeat_the_password_of_a_url() -> None:
    with pytest.raises(SettingError, match=r"https://\*\*\*@host") as raised:
        resolve_models(command_options({"model_url": "https://me:hunter2@host/v1"}))
    assert "hunter2" not in str(raised.value)


def test_a_value_is_written_as_it_is_read() -> None:
    given_texts = {"model": "a,b", "model_command": "x 'y z'", "model_price": "1,2", "model_timeout": "5.0"}
    settings = resolve_models(command_options(given_texts))
    for setting in MODEL_SETTINGS:
        if setting.name in given_texts:
            assert written(setting, getattr(settings, setting.name)) == given_texts[setting.name]
