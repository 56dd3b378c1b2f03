# The two commands of the README are `make translate` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := outputs

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: translate test check style bench torture docs pictures lock clean help

help:
	@echo "make translate   set up, prepare the bundled model once, translate seeds/ into $(OUT)/"
	@echo "make test        formatting, lint, types, and all tests, slow ones too"
	@echo "make check       the same without the slow tests"
	@echo "make bench       the benchmarks"
	@echo "make torture     the fault campaign, ten minutes; SECONDS=60 SEED=2"
	@echo "make docs        the documentation as a site, in build/docs"
	@echo "make pictures    the documentation's pictures (needs chromium and LibreOffice)"
	@echo "make lock        resolve the dependencies anew (needs uv)"
	@echo "make clean       remove $(VENV) and caches; models and outputs stay"

# --- setting up: exact versions with hashes, then the project without resolving anything

define need_python
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
  echo "Passerelle needs Python 3.11 or newer; \`$(PYTHON)\` is missing or older." >&2; \
  echo "Next: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
endef

define install
$(PYTHON) -m venv $(VENV) || { \
  echo "\`$(PYTHON) -m venv\` failed." >&2; \
  echo "Next: install your system's package for venv (python3-venv on Debian), then run make again." >&2; exit 1; }
$(BIN)/python -m pip --disable-pip-version-check install -q --require-hashes -r $(1) || { \
  echo "The packages in $(1) could not be installed from the package index." >&2; \
  echo "Next: check the network, or point pip at an index or a folder of wheels that can be reached" >&2; \
  echo "(PIP_INDEX_URL, or PIP_NO_INDEX=1 with PIP_FIND_LINKS=FOLDER), then run make again." >&2; exit 1; }
$(BIN)/python -m pip --disable-pip-version-check install -q --no-deps --no-build-isolation -e .
endef

$(VENV)/.runtime: constraints.txt pyproject.toml
	@$(need_python)
	@echo "Setting up $(VENV) from constraints.txt (once, about a minute) …"
	@$(call install,constraints.txt)
	@touch $@

# It holds all of the runtime, which therefore need not be installed first.
$(VENV)/.dev: constraints-dev.txt pyproject.toml
	@$(need_python)
	@echo "Setting up $(VENV) from constraints-dev.txt (once, about a minute) …"
	@$(call install,constraints-dev.txt)
	@touch $(VENV)/.runtime $@

# --- the main job

translate: $(VENV)/.runtime
	@$(BIN)/passerelle translate seeds --out $(OUT) --glossary glossary/terms.csv

# --- checks

style: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Quick tests on every core; slow ones, which use the cores themselves, one by one.
test: check
	$(BIN)/pytest -m slow

check: style
	$(BIN)/pytest -m "not slow" -n auto

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run_all.py

torture: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m torture --seconds $(or $(SECONDS),600) --seed $(or $(SEED),1)

# --- documentation

docs: $(VENV)/.dev
	$(BIN)/python -m sphinx -q -E -W --keep-going -n -c docs -d build/docs-cache . build/docs
	@echo "Open build/docs/index.html"

pictures: $(VENV)/.dev
	$(BIN)/python docs/pictures.py

# --- upkeep

UV_COMPILE = uv pip compile -q --universal --generate-hashes --no-header --no-annotate \
  --python-version 3.11 pyproject.toml --group build

lock:
	$(UV_COMPILE) -o constraints.txt
	$(UV_COMPILE) --group dev -c constraints.txt -o constraints-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks build *.egg-info
