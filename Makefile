# finops-enforcer: two commands set up everything on a fresh machine with Python >= 3.11.
#
#   make demo          the product's whole life, on a real control plane and a real Temporal (KEEP=1 leaves it running)
#   make check         the quick half: lint, types, imports, and the tests that need no server
#   make test          lint, types, which folder may import which, and the tests that a change needs
#   make test-all      the rest of the long tables: every way to be bad, every story of a refusal, every encounter
#   make docs          the documentation as a site, in site/, its links checked
#   make pictures      the pictures of Temporal's UI in it, taken from the demo in a real Chromium
#   make test-faults   every fault between the service and the API server: 45 minutes, writes docs/fault-report.md
#   make test-week     a week of each refusal, in skipped time: no history grows long, and nothing is lost

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
KEEP ?=

.DEFAULT_GOAL := help
.PHONY: help demo check test test-all test-faults test-week coverage lint format types contract unit prometheus generate docs pictures histories lock clean

help:
	@sed -n 's/^#   //p' $(MAKEFILE_LIST)

# The virtual environment, from the lock with its hashes. Made again when the lock or pyproject.toml changes.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=python3.12, say"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(READY)

demo: $(READY)
	@$(BIN)/finops demo $(if $(KEEP),--keep)

check: lint types contract
	@$(BIN)/python -m pytest -q -n 2 -m "not server and not long and not thorough"

test: lint types contract unit

test-all: $(READY) prometheus
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m "thorough and not long"

# A case is a line, and a failure prints the line that replays it: CASES="--case 'W2=lost W3=killed'". A part of it is
# chosen as for pytest, and replaces its rows of the report: FAULTS="tests/faults/test_days.py".
CASES ?=
FAULTS ?= tests/faults
test-faults: $(READY)
	@$(BIN)/python -m pytest $(FAULTS) -m "" \
	  $(if $(CASES),$(CASES),-n 2 --dist loadfile --no-loadscope-reorder --fault-report docs/fault-report.md)

# A week of each refusal, in skipped time: half an hour of this machine's.
test-week: $(READY)
	@$(BIN)/python -m pytest -n 2 -m long tests/workflows/troubled

# Of the tests that need no server: the others run the product in processes of its own, where nothing is measured.
coverage: $(READY)
	@$(BIN)/python -m pytest -q -n 2 -m "not server and not long and not thorough" --cov --cov-report=term

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python deploy/generate.py --check

types: $(READY)
	@$(BIN)/mypy

contract: $(READY)
	@$(BIN)/lint-imports

# Four processes, each with a control plane and a Temporal server of its own (1.5 GB): most tests wait most of the time.
unit: $(READY) prometheus
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

# The tests of idleness ask a real Prometheus. Where there is none, Debian's package is unpacked into the user's cache:
# nothing is installed, and nobody needs to be root.
PROMETHEUS_FOLDER := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/finops-enforcer/prometheus
prometheus:
	@if test -n "$$PROMETHEUS_BIN" || command -v prometheus >/dev/null || test -x $(PROMETHEUS_FOLDER)/usr/bin/prometheus; \
	then exit 0; fi; \
	echo "Fetching Prometheus into $(PROMETHEUS_FOLDER) ..."; \
	folder=$$(mktemp -d) && cd "$$folder" && { \
	  apt-get -q download prometheus || { test "$$(id -u)" = 0 && apt-get -q update && apt-get -q download prometheus; }; \
	} >log 2>&1 && mkdir -p $(PROMETHEUS_FOLDER) && dpkg-deb -x prometheus_*.deb $(PROMETHEUS_FOLDER) && rm -r "$$folder" || { \
	  echo "The tests need Prometheus, and it could not be fetched: install it (apt-get install prometheus, brew install" \
	    "prometheus), or name its program with PROMETHEUS_BIN"; exit 1; }

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

generate: $(READY)
	@$(BIN)/python deploy/generate.py
	@$(BIN)/python deploy/render.py

# Temporal's UI while the demo plays, in docs/pictures/. It needs a Chromium: apt-get install chromium, or CHROMIUM_BIN.
pictures: $(READY)
	@$(BIN)/python docs/tools/screenshots.py

docs: $(READY)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "open site/index.html"

# For maintainers: resolve the locks anew: everything, and what the image holds. They carry hashes and name no index.
lock:
	@uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet -o requirements.lock
	@uv pip compile pyproject.toml --extra holidays --extra tracing --extra encryption -c requirements.lock --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet -o requirements-runtime.lock

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis site

# For maintainers: record the histories that test_determinism.py replays, and the commands it pins. Old histories stay:
# they are of sleeps that may still be open somewhere. PATCH=name-of-the-patch records all beside them.
histories: $(READY)
	@RECORD_HISTORIES=$(PATCH) $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not long" \
	  $(addprefix tests/workflows/test_,$(addsuffix .py,hibernation enforcement reconciliation clocks starts rare_courses \
	  late_wishes longer_wishes any_input late_worker lost_turns turns run_turns idleness calendar)) \
	  $(addprefix tests/workflows/life/test_,$(addsuffix .py,contesting ordering requests)) tests/workflows/troubled
	@PYTHONPATH=tests/support $(BIN)/python -m fingerprints > tests/workflows/commands.json
