# Everything a clone needs is made here: only Python >= 3.11 and Java 17 or 21 must be there before.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m deploy.setup
ENVIRONMENT := $(BIN)/activate
RUNTIME := $(VENV)/.runtime
TEST := $(VENV)/.test
BENCH := $(VENV)/.bench
STUDIES := $(VENV)/.studies
ARGS ?=

.PHONY: help demo studies quick test test-faults lint bench up down lock clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUNTIME) | java  ## replay a year of real purchases and show the segments (ARGS="--events 50000" for a short one)
	@$(BIN)/resegment demo $(ARGS)

studies: $(STUDIES) | java  ## run the analyses and write their reports and notebooks to out/studies
	@$(BIN)/resegment study all --out out/studies $(ARGS)

# tests/unit/deploy installs every list of requirements from an index of its own, which takes minutes
quick: lint  ## what to run while working: lint, and the unit tests without those of the installation
	@$(BIN)/python -m pytest -q tests/unit shared/core shared/estimators --ignore=tests/unit/deploy --hypothesis-profile=brief $(ARGS)

test: $(TEST) | java  ## run every test tier: unit, spark, integration, e2e (ARGS="tests/unit" for some)
	@$(BIN)/python -m pytest $(ARGS)

test-faults: $(TEST) | java  ## run the loops that kill things on purpose, in their long form
	@RESEG_FAULTS=long $(BIN)/python -m pytest -m faults $(ARGS)

lint: $(TEST)  ## check format, rules, types and import directions
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(BENCH) | java  ## measure throughput and latency against other ways of doing it
	@$(BIN)/python -m benchmarks.stream $(ARGS)

up: $(RUNTIME) | java  ## start the embedded Kafka and MongoDB and leave them running
	@$(BIN)/resegment services up

down: $(RUNTIME)  ## stop them
	@$(BIN)/resegment services down

lock:  ## resolve the newest allowed versions and pin them with their hashes
	@deploy/lock

clean:  ## remove what was made here: environment, caches, local services with their data
	@[ ! -x $(BIN)/resegment ] || $(BIN)/resegment services down
	@rm -rf $(VENV) .local build out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- set-up: a stamp for each set of requirements, so that a second run has nothing to do ---------------

.PHONY: java
java:
	@deploy/require java

# what venv writes last: an environment without it was never finished
$(ENVIRONMENT):
	@rm -rf $(VENV)
	@python=$$(deploy/require python); echo "making $(VENV) with $$python" >&2; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); deploy/require venv; }

# its scripts name the folder they were made in, and its Python may have gone with an upgrade of the system
ifneq ($(shell deploy/require environment $(VENV) || echo broken),)
$(shell rm -f $(ENVIRONMENT) $(RUNTIME) $(TEST) $(BENCH) $(STUDIES))
endif

$(RUNTIME): requirements/build.txt requirements/runtime.txt pyproject.toml | $(ENVIRONMENT)
	@$(INSTALL) build runtime --project
	@touch $@

# with the first pips of the oldest Pythons, which tests install the lists with
$(TEST): requirements/test.txt $(wildcard requirements/apart/*.txt) $(RUNTIME)
	@$(INSTALL) test --apart pip-3.11 pip-3.12
	@touch $@

$(BENCH): requirements/bench.txt $(RUNTIME)
	@$(INSTALL) bench
	@touch $@

$(STUDIES): requirements/studies.txt $(RUNTIME)
	@$(INSTALL) studies
	@touch $@
