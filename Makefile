# Everything a checkout needs: `make run` to use it, `make test` to prove it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make
DATA ?= workspace-data
PORT ?= 8888
PIP := $(BIN)/python -m pip --disable-pip-version-check
FRONT_SOURCES := $(shell find extensions -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.svg' -o -name '*.json' -o -name '*.mjs' -o -name 'yarn.lock' \) -not -path '*/node_modules/*' -not -path '*/lib/*' 2>/dev/null)

.PHONY: run install test test-install test-all check unit e2e pictures chaos bench wheel clean
.DELETE_ON_ERROR:
# Many processes import the same modules: compiled once is enough.
unexport PYTHONDONTWRITEBYTECODE

run: install
	$(BIN)/openpaas start --demo --data-dir $(DATA) --port $(PORT)

install: $(STAMPS)/python $(STAMPS)/front

$(STAMPS)/venv:
	@mkdir -p $(STAMPS)
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed"'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(STAMPS)/python: pyproject.toml | $(STAMPS)/venv
	HATCH_BUILD_NO_HOOKS=true $(PIP) install -q -e .
	@touch $@

$(STAMPS)/python-test: pyproject.toml $(STAMPS)/python
	HATCH_BUILD_NO_HOOKS=true $(PIP) install -q -e '.[test]'
	@touch $@

$(STAMPS)/front-packages: extensions/package.json extensions/yarn.lock $(STAMPS)/python
	cd extensions && PATH="$(CURDIR)/$(BIN):$$PATH" jlpm install --immutable
	@touch $@

$(STAMPS)/front: $(STAMPS)/front-packages $(FRONT_SOURCES)
	cd extensions && PATH="$(CURDIR)/$(BIN):$$PATH" jlpm build
	@touch $@

# Debian packages that only the tests need: a browser, and network namespaces.
$(STAMPS)/system-test:
	@mkdir -p $(STAMPS)
	sh tests/system-packages.sh
	@touch $@

$(STAMPS)/node-test: tests/realtime/node/package-lock.json tests/e2e/node/package-lock.json
	for folder in tests/realtime/node tests/e2e/node; do (cd $$folder && npm ci --silent --no-audit --no-fund) || exit 1; done
	@touch $@

test-install: install $(STAMPS)/python-test $(STAMPS)/system-test $(STAMPS)/node-test

test: test-install
	$(MAKE) check
	$(MAKE) unit

check: $(STAMPS)/python-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd extensions && PATH="$(CURDIR)/$(BIN):$$PATH" jlpm lint && PATH="$(CURDIR)/$(BIN):$$PATH" jlpm test

unit: test-install
	$(BIN)/python -m pytest -m "not long" --ignore=tests/e2e -n 3 --dist loadfile
	$(MAKE) e2e

# With `BROWSER=` also the long ones.
BROWSER ?= -m "not long"

e2e: test-install
	sh tests/e2e/alone.sh $(BIN)/python -m pytest tests/e2e $(BROWSER) -n 2 --dist loadfile

test-all: export OPENPAAS_ALL_EXAMPLES = 1
test-all: export OPENPAAS_KILLS ?= 3
test-all: test-install
	$(MAKE) check
	$(BIN)/python -m pytest --ignore=tests/e2e -n 3 --dist loadfile
	$(MAKE) e2e BROWSER=

pictures: test-install
	$(BIN)/python -m tests.e2e.pictures

chaos: test-install
	OPENPAAS_KILLS=50 $(BIN)/python -m pytest tests/chaos --timeout=3600

$(STAMPS)/bench: tests/bench/node/package-lock.json $(STAMPS)/python-test
	HATCH_BUILD_NO_HOOKS=true $(PIP) install -q -e '.[bench]'
	cd tests/bench/node && npm ci --silent --no-audit --no-fund
	@touch $@

bench: test-install $(STAMPS)/bench
	$(BIN)/python -m tests.bench

wheel: install $(STAMPS)/python-test
	rm -rf dist && $(BIN)/python -m build --wheel

clean:
	rm -rf $(STAMPS) dist openpaas_workspace/labextensions extensions/*/lib
