# Signoff: every command a contributor needs. `make help` lists them.
# Only Python (3.11 or newer), pip and make are needed; the environment lives in .venv and is made again only when a lock changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Quiet, never asking, never telling of newer pips.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --quiet
UV_VERSION := 0.13.9
LOCK_VENV := .venv-lock
SPIKE := spikes/agents_hosting
SPIKE_VENV := .venv-spike
COMPILE := $(LOCK_VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(LOCK_FLAGS)
# Workers for the tests; the machines that check this have two cores. With three it is a quarter quicker, and time limits are tried.
JOBS ?= 2
# What a command prints must not depend on where it is printed.
export PYTHONUTF8 := 1
# Arguments passed on: make demo ARGS="--keep try-out", make test ARGS="tests/unit -k gate", make bench ARGS="--quick".
ARGS ?=

.PHONY: help setup setup-dev demo test check format lint types layers bench spike lock clean browser

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Signoff needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.12 $(MAKECMDGOALS)" if sys.version_info < (3, 11) else 0)'
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/lock.txt | $(BIN)/python
	@echo "installing what running Signoff takes"
	@$(PIP) install --require-hashes -r requirements/lock.txt
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.runtime
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime | $(VENV)/.project
	@echo "installing what testing Signoff takes"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.project  ## make .venv with what running takes

setup-dev: $(VENV)/.project $(VENV)/.dev  ## add what tests, lint and types take

demo: setup  ## run the demonstration (ARGS="..." is passed on)
	@$(BIN)/signoff demo $(ARGS)

browser:
	@if [ "$${CI:-}" = true ]; then .ci/browser; fi

# Exit code 5 is "no test was selected": fine for half of a narrowed run.
test: setup-dev browser  ## run every test (ARGS="..." narrows it)
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not serial" $(ARGS) || { [ $$? -eq 5 ] && [ -n "$(ARGS)" ]; }
	@$(BIN)/python -m pytest -m serial $(ARGS) || { [ $$? -eq 5 ] && [ -n "$(ARGS)" ]; }

check: format lint types layers test  ## the gate: format, lint, types, layers, tests

format: setup-dev
	@$(BIN)/ruff format --check .

lint: setup-dev
	@$(BIN)/ruff check .

types: setup-dev
	@$(BIN)/mypy

layers: setup-dev
	@$(BIN)/lint-imports --no-logo

bench: setup-dev  ## measure and print every figure beside its goal (ARGS="--quick" for three minutes)
	@$(BIN)/python -m bench $(ARGS)

# In an environment of its own, as what is on trial is no part of what Signoff needs or is tested with.
$(SPIKE_VENV)/.made: requirements/lock.txt requirements/dev.txt $(SPIKE)/requirements.txt
	@echo "making $(SPIKE_VENV)"
	@$(PYTHON) -m venv --clear $(SPIKE_VENV)
	@for lock in $^; do $(SPIKE_VENV)/bin/python -m pip --disable-pip-version-check --no-input --quiet --quiet install --require-hashes -r $$lock; done
	@touch $@

spike: $(SPIKE_VENV)/.made  ## hold the SDK that succeeds the Bot Framework to the same contract
	@$(SPIKE_VENV)/bin/python -m pytest -q tests/contract/test_teams_port.py $(SPIKE) $(ARGS)

$(LOCK_VENV)/bin/uv:
	@$(PYTHON) -m venv $(LOCK_VENV)
	@$(LOCK_VENV)/bin/python -m pip --disable-pip-version-check --quiet --quiet install uv==$(UV_VERSION)

lock: | $(LOCK_VENV)/bin/uv  ## remake the lock files (LOCK_FLAGS=--upgrade for newer versions)
	@$(COMPILE) pyproject.toml requirements/build.in -o requirements/lock.txt
	@$(COMPILE) pyproject.toml requirements/build.in --extra dev -c requirements/lock.txt -o requirements/dev.txt
	@$(COMPILE) $(SPIKE)/requirements.in -c requirements/lock.txt -c requirements/dev.txt -o $(SPIKE)/requirements.txt
	@! grep -nE '://|^ *--(index|extra-index|find-links)' requirements/*.txt $(SPIKE)/requirements.txt || { echo "a lock names an address" >&2; exit 1; }

clean:  ## remove what the tools left; .venv stays
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov build dist test-output
	@find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +
