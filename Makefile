# Two commands are all a newcomer needs: `make run` and `make test`. Both install what they lack.

PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= 3

# Debian packages: what the console needs to run, and what its tests meet as real peers.
RUN_PACKAGES  := $(shell cat debian/run.txt)
TEST_PACKAGES := $(RUN_PACKAGES) $(shell cat debian/test.txt)

# Some hundred processes of ours are started in a run of the tests: none should compile us anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test check lab bench dist lock clean bare run-packages test-packages

run: run-packages $(VENV)/.installed
	@$(BIN)/python -m web.build
	@$(BIN)/netops up

test: test-packages check

check: $(VENV)/.installed
	$(BIN)/python -m web.build
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

# Only the tests that need Debian packages or namespaces; here they may not be skipped.
lab: test-packages $(VENV)/.installed
	$(BIN)/python -m web.build
	LAB_REQUIRED=1 $(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

bench: test-packages $(VENV)/.installed
	$(BIN)/python -m bench --all --table bench/out/table.md

# One folder that a county without internet installs from: the console and all it needs to run.
#   pip install --no-index --find-links wheels 'netops-console[demo]'
dist: run-packages $(VENV)/.installed
	$(BIN)/python -m web.build
	rm -rf build dist
	$(BIN)/pip wheel -q --disable-pip-version-check -c requirements.lock -w dist/wheels '.[demo]'
	cp README.md README.zh-CN.md LICENSE CHANGELOG.md dist/

lock: $(VENV)/.installed
	$(BIN)/pip install -q pip-tools
	$(BIN)/pip-compile -q --all-extras --strip-extras --no-header --no-annotate --no-emit-options \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml

# Do the two commands install all they need on a bare Debian 12? (root; a few minutes)
bare:
	bash debian/bare.sh

clean:
	rm -rf $(VENV) web/static/dist web/assets/node_modules dist build *.egg-info

run-packages:
	@sh debian/install.sh $(RUN_PACKAGES)

test-packages:
	@sh debian/install.sh $(TEST_PACKAGES)

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || { echo "建立 $(VENV)…"; $(PYTHON) -m venv $(VENV); }
	@echo "安装 Python 依赖（第一次约一两分钟）…"
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@
