# make demo   the bot on this machine, both sides in one web page; needs nothing but Python 3.11 and make
# make test   lint, types, import contract, tests
# make quick  the tests of the rules, the bridge, the store and the handlers: for every day, under a minute
# make crash  the long proofs: kills, power losses, outages
# make bench  how fast, against peers measured in the same run
# make image-check  what the Dockerfile says, carried out without a container engine; needs root and debootstrap
# Each sets up what it needs in .venv and does not need the other to have run.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
export PYTHONDONTWRITEBYTECODE :=  # workers and hundreds of bots are started: each would compile every module anew

.PHONY: demo test quick crash bench image-check format lock clean

demo: .venv/runtime
	$(BIN)/python -m bot demo

test: .venv/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest --numprocesses 6  # more than there are processors: a third of the tests mostly wait

quick: .venv/development
	$(BIN)/python -m pytest --numprocesses 3 --hypothesis-profile quick \
		tests/domain tests/parsing tests/bridge tests/slack tests/store tests/providers

# The long proofs: 200 kills, every named moment ten times, lost answers, an outage, 200 power losses, ten minutes or so;
# and three bots on one PostgreSQL: 100 kills, 50 freezes, 20 kills of the server, 5 promotions, half an hour or so;
# and a bot whose one line is at Glific: 10 kills, a minute without its stream, 20 lost answers, five minutes or so.
crash: .venv/development
	$(BIN)/python -m tests.crash
	$(BIN)/python -m tests.crash --fleet
	$(BIN)/python -m tests.crash --glific
	$(BIN)/python -m tests.crash --steps
	$(BIN)/python -m tests.crash --import --rows 50000 --good-each 20
	$(BIN)/python -m tests.crash --import --rows 50000 --good-each 20 --on-postgres
	$(BIN)/python -m tests.crash.power --losses 200

bench: .venv/development
	$(BIN)/python -m tests.benchmarks

# Runs the RUN, HEALTHCHECK and CMD lines of the Dockerfile in root folders that debootstrap makes. Five minutes or so.
image-check: .venv/development
	$(BIN)/python -m tests.image

format: .venv/development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pins every package, with its hashes, for every platform and Python that pyproject.toml allows: what the bot needs, on
# either engine (platforms install requirements.txt by themselves), and what working on it needs besides.
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-header --no-annotate --python-version 3.11
lock: .venv/development
	$(PIP) install uv
	$(COMPILE) --extra build --extra postgres pyproject.toml --output-file requirements.txt
	$(COMPILE) --all-extras pyproject.toml --output-file requirements-dev.txt

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, as python3 or python3.11."; exit 1; }
	$(PYTHON) -m venv .venv

# Only what is in the lock file is installed, with the hash that stands there: the build backend, too.
.venv/runtime: .venv/bin/python pyproject.toml requirements.txt
	$(PIP) install --require-hashes --only-binary :all: --requirement requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/development: .venv/bin/python pyproject.toml requirements-dev.txt
	$(PIP) install --require-hashes --only-binary :all: --requirement requirements-dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
