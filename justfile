# Commands for people who work on this package. `just` lists them; CONTRIBUTING.md explains them.

set positional-arguments

bin := ".venv/bin"

# List the commands.
_default:
    @just --list --unsorted

# Create the virtual environment with everything that tests need.
setup:
    python3 -m venv .venv
    {{bin}}/pip install --quiet --editable '.[test]'

# Run one test, file or folder: just test tests/judge -k nan
test *arguments:
    {{bin}}/pytest "$@"

# Run the tests of the pure rooms: no jail, no pytest runs inside pytest.
fast *arguments:
    {{bin}}/pytest tests/judge tests/learn tests/source tests/store tests/inputs \
        tests/test_config.py tests/test_models.py tests/test_rooms.py tests/test_text.py "$@"

# Run all tests, on two workers.
all *arguments:
    {{bin}}/pytest -n 2 "$@"

# Check style and format.
lint:
    {{bin}}/ruff check .
    {{bin}}/ruff format --check .

# Fix what ruff can fix, and format.
format:
    {{bin}}/ruff check --fix .
    {{bin}}/ruff format .

# Check types.
types:
    {{bin}}/mypy

# Generate the table of rooms and the JSON schemas, and check that the docs are in sync with the code.
docs:
    {{bin}}/python -m tests.rooms
    {{bin}}/python -c 'import json; from pytest_athena_dreams.report.data import schema; \
        print(json.dumps(schema(), indent=1))' > pytest_athena_dreams/report/schema.json
    {{bin}}/python -c 'import json; from pytest_athena_dreams.agents.answer import check_schema; \
        print(json.dumps(check_schema(), indent=1))' > pytest_athena_dreams/agents/check.schema.json
    {{bin}}/pytest tests/test_docs.py tests/test_rooms.py

# Run one benchmark: just bench startup
bench name *arguments:
    script="benchmarks/$1.py" && shift && {{bin}}/python "$script" "$@"

# Look for changes to a module that no test notices: just mutate source/purity tests/source/test_purity.py
mutate module *arguments:
    {{bin}}/pip install --quiet cosmic-ray
    {{bin}}/python -m tests.mutation "$@"

# Build and check the distributions (docs/releasing.md).
build:
    rm -rf dist
    {{bin}}/pip install --quiet build twine
    {{bin}}/python -m build
    {{bin}}/twine check --strict dist/*
