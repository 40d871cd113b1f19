# Everything starts here. Only python3 (3.11 or later) and make need to be there beforehand.
.POSIX:
.SUFFIXES:
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help install run test laws naughty lint types bench learn lock clean dev browser

PYTHON ?= python3
VENV = .venv
PY = $(VENV)/bin/python
# One more than there are cores: while one waits the others compute. Each loads the product and compiles pages anew.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
TESTS ?=
BENCHMARKS ?= matching.rank matching.against weights_trial results_page submission relay catalog_import lists
# Compiled modules are kept, whatever the environment says: without them each worker and each command that a test starts
# compiles the whole product anew, which took a quarter of the processor.
export PYTHONDONTWRITEBYTECODE =
WITH_UV = $(PY) -m uv pip install --quiet --python $(PY)
WITH_PIP = $(PY) -m pip install --quiet --disable-pip-version-check

help:  ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

install: $(VENV)/.run  ## Make .venv with everything the product needs

run: $(VENV)/.run  ## Start website, worker, database and broker here (PORT=8001 make run for another port)
	@exec $(PY) -m webapp.cli.main run

test: $(VENV)/.dev browser  ## Run the tests (TESTS="tests/domain -k name" for some of them)
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

laws: $(VENV)/.dev  ## Try the engine's laws on five thousand cases each, ten times as many as the tests do
	@LAW_EXAMPLES=5000 $(PY) -m pytest -n $(WORKERS) --dist loadfile tests/matching

naughty: $(VENV)/.dev browser  ## Type every naughty string into every field of the back office (NAUGHTY=3/8 for a part)
	@NAUGHTY=$(or $(NAUGHTY),all) $(PY) -m pytest -q --show-capture=no tests/admin/test_naughty_strings.py

lint: $(VENV)/.dev  ## Check style and the floors' import contracts
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) $(VENV)/bin/lint-imports

types: $(VENV)/.dev  ## Check types
	@$(PY) -m mypy

learn: $(VENV)/.run  ## Add what `program-match weights propose` needs (about 120 MB)
	@$(WITH_UV) --require-hashes -r requirements/learn.lock || $(WITH_PIP) --require-hashes -r requirements/learn.lock

bench: $(VENV)/.dev  ## Measure the engine, the submission and the relay
	@for name in $(BENCHMARKS); do $(PY) -m benchmarks.$$name || exit 1; done

lock: $(VENV)/.dev  ## Choose the newest allowed versions anew and write requirements/*.lock
	@$(PY) -m uv --version > /dev/null || { echo "make lock needs uv: $(PY) -m pip install uv"; exit 1; }
	$(PY) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements/run.in -o requirements/run.lock
	$(PY) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements/dev.in -o requirements/dev.lock
	$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements/run.in requirements/learn.in -c requirements/run.lock -o requirements/learn.lock

clean:  ## Remove .venv and caches; your data in var/ stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Your data in var/ stays. To drop it too: rm -r var"

dev: $(VENV)/.dev

# A dangling link counts as missing, so that a .venv whose python3 was removed is made anew.
$(PY):
	@$(PYTHON) --version > /dev/null 2>&1 || { echo "Python is missing. Debian and Ubuntu: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$$($(PYTHON) --version) is too old; Program Match needs 3.11 or later: PYTHON=python3.11 make install"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2> /dev/null \
	  || { echo "Python's venv module is missing. Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Making $(VENV) failed; see above."; exit 1; }
	@echo "Installing uv, the fast installer (pip does the work if that fails)"
	@$(WITH_PIP) uv || echo "uv could not be installed; going on with pip, which takes about a minute."

$(VENV)/.run: $(PY) requirements/run.lock requirements/run.in pyproject.toml
	@echo "Installing what the product needs (a minute at most; only when requirements change)"
	@$(WITH_UV) --compile-bytecode --require-hashes -r requirements/run.lock || $(WITH_PIP) --require-hashes -r requirements/run.lock \
	  || { echo "Installing failed; see above. Is there a network, and room on the disk?"; exit 1; }
	@$(WITH_UV) --no-deps -e . || $(WITH_PIP) --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	@echo "Installing the tools for tests and checks"
	@$(WITH_UV) --compile-bytecode --require-hashes -r requirements/dev.lock || $(WITH_PIP) --require-hashes -r requirements/dev.lock
	@touch $@

# The browser tests drive Debian's chromium, best without its windows. TESTS="-m 'not browser'" does without.
browser:
	@case "$(TESTS)" in *"not browser"*) exit 0;; esac; \
	command -v chromium-headless-shell > /dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "Installing chromium-headless-shell for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell > /dev/null && exit 0; \
	fi; \
	command -v chromium > /dev/null && exit 0; \
	echo "The browser tests need chromium: sudo apt install chromium-headless-shell"; \
	echo "Without it: make test TESTS=\"-m 'not browser'\""; \
	exit 1
