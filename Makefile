.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Those we compare ourselves with have an environment of their own, so that ours holds nothing that qscope does not need.
PEERS := .venv-peers
# The constraints hold for what is needed to build the package, too.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: $(VENV)/.installed ## set everything up, then open the application
	@$(BIN)/qscope

test: $(VENV)/.installed-dev ## set everything up, then pass the tests
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

pictures: $(VENV)/.installed-dev ## make the pictures anew that the tests compare and the README shows
	$(BIN)/python -m pytest --snapshot-update tests/tui/test_pictures.py tests/tui/test_comparing.py tests/tui/test_editor.py tests/tui/test_lessons.py

check: $(VENV)/.installed-dev ## ruff, mypy and import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

torture: $(VENV)/.installed-dev ## try to lose and to fool saves, and print a table (minutes)
	$(BIN)/python -m tests.benchmarks.torture

validate: $(VENV)/.installed-dev $(PEERS)/.installed ## hold our numbers against the literature and against peers (half an hour at most)
	$(BIN)/python -m tests.validation $(CLAIMS)

bench: $(VENV)/.installed-dev $(PEERS)/.installed ## measure how fast we are beside others, and print a table (minutes)
	$(BIN)/python -m tests.benchmarks.speed $(BENCHES)

clean: ## remove the virtual environment and everything that is made anew
	rm -rf $(VENV) $(PEERS) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find engine tui tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "qscope needs Python 3.11 or newer; $(PYTHON) is older (make run PYTHON=python3.12 names another)"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --editable .
	@$(BIN)/python -c "from engine import Run, find_world; Run(find_world('seed-2x3'), 'q-learning', {}, 0).warm_up()"
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

$(PEERS)/.installed: $(VENV)/bin/python constraints.txt
	$(BIN)/python -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet stable-baselines3 gymnasium numpy torch==2.13.0
	@touch $@

.PHONY: help run test check torture validate bench clean
