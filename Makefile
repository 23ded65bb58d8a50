# The three commands of a newcomer: make serve, make test, make check.
# Each sets up .venv first, from requirements.lock, when it is missing or stale.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: serve test check lock

serve: .venv/.ready
	$(BIN)/zoo serve

test: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	sh tests/browser.sh
	$(BIN)/pytest

check: test

# `--without-pip` and pip's own `--python`: Debian's Python has no ensurepip.
.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "neuralzoo needs Python 3.11 to 3.13; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python install --quiet pip
	$(BIN)/python -m pip install --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation -e .
	touch $@

# Run after changing the dependencies in pyproject.toml; needs uv.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-header -o requirements.lock
