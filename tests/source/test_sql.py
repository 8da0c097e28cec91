"""The tables that a source's SQL names, and databases that hold them."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from pytest_athena_dreams.drawable import Table
from pytest_athena_dreams.inputs.databases import databases
from pytest_athena_dreams.source.sql import tables

CODE = """
def claim(base, worker):
    row = base.execute("SELECT id, payload FROM jobs WHERE status = 'queued' ORDER BY priority DESC LIMIT 1")
    base.execute("UPDATE jobs SET status = 'running', worker = ? WHERE id = ?", (worker, row[0]))
    base.execute("DELETE FROM old WHERE at < ?", (1,))
"""
JOBS = Table(
    name="jobs",
    columns=("id", "payload", "status", "priority", "worker"),
    values=(("status", ("queued", "running")),),
)


def test_columns_and_values_are_those_of_the_statements() -> None:
    assert tables(CODE) == (JOBS, Table(name="old", columns=("at",)))


def test_code_that_makes_its_tables_needs_none() -> None:
    assert tables(CODE + "    base.execute('create table if not exists jobs (id)')\n") == ()
    assert tables("print('take the best from here')") == ()
    assert tables("def f(:") == ()


@given(st.data())
def test_a_drawn_database_can_be_used_by_the_statements(data: st.DataObject) -> None:
    content = data.draw(databases([JOBS], st.text(max_size=3)))
    base = sqlite3.connect(":memory:")
    base.deserialize(content)
    assert {kind for _, kind in base.execute("SELECT id, status FROM jobs")} <= {
        *(kind for (kind,) in base.execute("SELECT status FROM jobs"))
    }
    base.execute("UPDATE jobs SET status = 'running', worker = ? WHERE id = ?", ("w", 1))
    base.close()
