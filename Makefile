# What people do with Trellis, from a fresh clone. `make` alone lists it.
# Needs Python 3.11 or newer; everything else is installed here, below this directory.

SHELL := /bin/sh
.DEFAULT_GOAL := help

BIN := .venv/bin
# uv has an environment of its own: it must not replace itself while it fills the other one.
UV_VERSION := 0.13.9
UV_ENV := .venv-uv
UV := UV_PYTHON=$(UV_ENV)/bin/python UV_PYTHON_DOWNLOADS=never $(UV_ENV)/bin/uv
# `--inexact` lets `make up` leave the developers' tools where they are.
SYNC := $(UV) sync --frozen --inexact

BUILDER := $(BIN)/python -P -m launcher.builder

.PHONY: help up test check audit sbom bench chaos builder screenshots schema fmt clean install install-dev node

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: install builder ## run Trellis with all it needs; Ctrl-C ends everything
	@exec env TRELLIS_STOP_WITH_PARENT=$$PPID $(BIN)/trellis up

test: install-dev builder ## run all tests
	@$(BUILDER) run test
	@CHROMIUM="$$($(BIN)/python -P -m tests.support.chromium)" && export CHROMIUM && \
	exec $(BIN)/python -m pytest -n 2 $(ARGS)

check: install-dev node ## check style, types, layers and the compose file
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djlint --check --lint --quiet platform
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BUILDER) run lint check types:check

audit: install-dev node ## report known holes in the packages that are installed
	@$(BIN)/python -P .ci/audit

sbom: install-dev node ## list what an instance is made of, as CycloneDX files in build/sbom
	@$(BIN)/python -P .ci/sbom

bench: install-dev ## measure the engine beside plain Celery; ARGS="chain fanout" chooses
	@exec $(BIN)/python -m benchmarks $(ARGS)

chaos: install-dev ## kill everything at random for two minutes, and prove that nothing was lost
	exec $(BIN)/python -P -m tests.chaos

builder: install node ## build the canvas, where its sources changed
	@$(BUILDER)

screenshots: install-dev builder ## take pictures of all pages into docs/screenshots, to be looked at
	@CHROMIUM="$$($(BIN)/python -P -m tests.support.chromium)" && export CHROMIUM && \
	exec $(BIN)/python -P -m tests.acceptance.screenshots

schema: install-dev node ## write docs/openapi.yaml, and the builder's types from it
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml
	$(BUILDER) run types

fmt: install-dev node ## format the code
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format
	$(BIN)/djlint --reformat --quiet platform
	$(BUILDER) run format

clean: ## remove what was installed and cached; keeps .trellis, your data
	rm -rf .venv $(UV_ENV) platform/webui/builder/node_modules platform/webui/static/webui/builder
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(UV_ENV)/$(UV_VERSION)
	@$(SYNC) --no-dev

install-dev: $(UV_ENV)/$(UV_VERSION)
	@$(SYNC)

# Node.js builds the builder: the machine's, or one that comes as a Python package.
node: install
	@$(BUILDER) node 2>/dev/null || $(SYNC) --no-dev --group node

# The first Python that is new enough, or a sentence that says what is missing.
$(UV_ENV)/$(UV_VERSION):
	@for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    python="$$name"; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Trellis needs Python 3.11 or newer, and found none." >&2; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	rm -rf $(UV_ENV); \
	if ! "$$python" -m venv $(UV_ENV) >/dev/null 2>&1; then \
	  rm -rf $(UV_ENV); \
	  echo "$$python cannot make virtual environments." >&2; \
	  echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	echo "Installing uv $(UV_VERSION) into $(UV_ENV) …"; \
	$(UV_ENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
	  && touch $@
