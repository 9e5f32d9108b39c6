# Every task of the project. Each one sets up what it needs: only Python >= 3.11, make and a package registry
# are expected (and Node for `make contract`). Options go through ARGS, as in: make serve ARGS="--port 8080"

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
RUN_READY := .venv/.ready-to-run
DEV_READY := .venv/.ready-to-develop

.DEFAULT_GOAL := help
.PHONY: help serve test lint format types openapi openapi-check ci contract bench migration lock clean

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(RUN_READY) ## run the service with its own database and the demo data on 127.0.0.1:8000
	@$(BIN)/incubator serve --demo $(ARGS)

test: $(DEV_READY) ## run every test against a real PostgreSQL
	$(BIN)/pytest -n auto $(ARGS)

lint: $(DEV_READY) ## check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(DEV_READY) ## repair style and formatting
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(DEV_READY) ## check types
	$(BIN)/mypy

openapi: $(RUN_READY) ## write docs/openapi.json and docs/errors.md from the code
	$(BIN)/incubator openapi -o docs/openapi.json --errors docs/errors.md

openapi-check: $(DEV_READY) ## check that docs/openapi.json is valid and says what the code does
	@mkdir -p build
	$(BIN)/incubator openapi -o build/openapi.json
	cmp docs/openapi.json build/openapi.json || { echo "run: make openapi"; exit 1; }
	$(BIN)/openapi-spec-validator docs/openapi.json

ci: lint types openapi-check test ## everything that must pass before a change is merged

contract: node_modules/.package-lock.json ## check the API document as client generators see it (needs Node)
	@mkdir -p build
	npm run --silent contract

bench: $(DEV_READY) ## measure against a hand-written service and print the ratios
	$(BIN)/python -m benchmarks $(ARGS)

migration: $(DEV_READY) ## write a migration for what the models changed: make migration NAME="add loan table"
	$(BIN)/incubator db revision "$(NAME)"

lock: $(DEV_READY) ## pin the newest allowed versions of all dependencies, with hashes
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --upgrade --extra build -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --upgrade --extra build --extra dev \
		--constraint requirements.lock -o requirements-dev.lock pyproject.toml
	@! grep -nE '://|^--' requirements.lock requirements-dev.lock

LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links

clean: ## remove the virtual environment and everything that was generated
	rm -rf .venv node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are remade when the pinned versions or the package's own description change. The development lock
# contains the other one, so a developer's environment also runs the service.
$(DEV_READY): requirements-dev.lock pyproject.toml | .venv/pyvenv.cfg
	@echo "Installing the service and its development tools into .venv ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(RUN_READY) $@

$(RUN_READY): requirements.lock pyproject.toml | .venv/pyvenv.cfg
	@echo "Installing the service into .venv ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo "make contract needs Node with npm"; exit 1; }
	@npm ci
	@touch $@

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv
