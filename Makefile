# What a person types. `make up` and `make test` prepare all that they need.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8200
BEGAN := $(shell date +%s)

.PHONY: help up test check bench clean weights

help: ## List these commands.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

up: weights ## Start everything on this computer and print the page's address.
	$(BIN)/teller up --port $(PORT) --began $(BEGAN)

weights: $(VENV)/.ready
	$(BIN)/teller models pull

# torch comes first and by itself: the other packages would pull a build with gigabytes of CUDA.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Teller needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@$(PYTHON) -c 'import ensurepip' || { echo "Python has no venv here: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null || { echo "The language model needs libgomp: apt-get install libgomp1"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-compile --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --no-compile --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --no-compile --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

test: weights ## Run every test; installs MariaDB and Chromium where they are missing (as root).
	@sh tests/prepare.sh
	$(BIN)/teller models pull smollm2-135m
	$(BIN)/python -m pytest tests

check: $(VENV)/.ready ## Lint, types, import directions.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: weights ## Print the figures that README quotes.
	$(BIN)/teller evaluate contracts --cases $(CASES)/contracts
	$(BIN)/teller evaluate answers --cases $(CASES)/answers
	$(BIN)/teller evaluate speed --cases $(CASES)

clean: ## Reset the demo: forget library, ledger and conversations (weights stay).
	@if [ -x $(BIN)/teller ]; then $(BIN)/teller reset --yes; else rm -rf .data; fi
