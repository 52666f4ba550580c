# edgeunet: `make demo` and `make test` set up everything they need in .venv; `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEMO   := out/demo
SEED   ?= 1
PYTEST := $(BIN)/python -m pytest

# TensorFlow prints start-up notes about CPU features on every command; they help nobody here.
export TF_CPP_MIN_LOG_LEVEL ?= 3

# Without bytecode kept, every command that a test starts compiles the whole package first.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help
help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: setup
setup: $(READY) ## make .venv with edgeunet and everything it can use

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --progress-bar off --constraint constraints.txt --editable '.[all,dev]'
	@touch $@

.PHONY: demo
demo: $(READY) ## synthetic ECG -> ecg-tiny -> training -> int8 -> C -> emulated Cortex-M4 -> report, under out/demo
	$(BIN)/edgeunet demo --output $(DEMO) --seed $(SEED)

.PHONY: test
test: $(READY) ## every test that this machine has the tools for
	$(PYTEST) -n auto --dist worksteal

FAST := tests/test_architecture.py tests/test_docs.py tests/files/test_reading.py tests/test_modelcard.py tests/test_short_repr.py \
	tests/kernels/test_names.py tests/kernels/test_flavours.py tests/program tests/lower tests/spec tests/graph/test_operator_tables.py

.PHONY: fast
fast: $(READY) ## the tests of structure, names, pages, program, lowering and spec: under half a minute
	$(PYTEST) -q $(FAST)

# The tools of ecosystems want other versions of what edgeunet uses, so they have a folder of their own.
PACKAGE_TOOLS := .venv-packages/.ready

$(PACKAGE_TOOLS): ci/package-tools.txt
	$(PYTHON) -m venv .venv-packages
	.venv-packages/bin/python -m pip install --quiet --progress-bar off --requirement ci/package-tools.txt
	@touch $@

.PHONY: package-tools
package-tools: $(PACKAGE_TOOLS) ## west, kconfiglib, compote, PlatformIO and cmsis-pack-manager, in .venv-packages

.PHONY: packages
packages: $(READY) $(PACKAGE_TOOLS) ## each ecosystem's own tool takes the packages of export-c, offline
	$(PYTEST) -q -m nightly tests/packages

.PHONY: nightly
nightly: $(READY) $(PACKAGE_TOOLS) ## the long tests too: every core with every compiler, thousands of random networks
	$(PYTEST) -n auto --dist worksteal -m "nightly or not nightly"

.PHONY: mutants
mutants: $(READY) ## change the compiler line by line and see that tests fail (hours; goes on where it was interrupted)
	$(BIN)/python -m tests.mutants $(PACKAGES)

HOURS ?= 8

.PHONY: fuzz
fuzz: $(READY) ## feed every reader with mutants for HOURS (8); findings in out/fuzz, TARGETS="wfdb csv" for only these
	$(BIN)/python -m tests.fuzz $(TARGETS) --hours $(HOURS)

.PHONY: lint
lint: $(READY) ## style and formatting (ruff, clang-format), the hooks of .pre-commit-config.yaml but the tests
	SKIP=fast-tests $(BIN)/pre-commit run --all-files

.PHONY: lint-c
lint-c: $(READY) ## cppcheck (MISRA) and clang-tidy over generated C; docs/C_RULES.md lists what may be broken
	$(BIN)/python -m tests.lint_c

.PHONY: types
types: $(READY) ## static types (mypy --strict)
	$(BIN)/mypy

.PHONY: bench
bench: $(READY) ## measure the fixed workloads and rewrite the ratio table in the README
	$(BIN)/python -m benchmarks

.PHONY: validate-time
validate-time: $(READY) ## run published images again and rewrite docs/TIME.md; MATERIAL="copies of mlcommons/tiny_results_v1.1 and v1.3"
	$(BIN)/python -m benchmarks.timing $(MATERIAL)

.PHONY: cycles
cycles: $(READY) ## measure what the kernels' parts take on each core (an hour on 2 cores); CORES="cortex-m4 ..." some of them
	$(BIN)/python -m benchmarks.cycles $(CORES)

.PHONY: docs
docs: $(READY) ## regenerate the generated pages of docs/
	$(BIN)/python -m edgeunet.graph.rules.supported_ops docs/SUPPORTED_OPS.md

RELEASE := out/release-env
TOOLS   := build==1.6.1 twine==7.0.0 cyclonedx-bom==7.5.0

.PHONY: dist
dist: ## wheel and sdist in dist/, made twice and equal to the byte, checked, with an SBOM of what they need
	$(PYTHON) -m venv --clear $(RELEASE)
	$(RELEASE)/bin/python -m pip install --quiet --progress-bar off $(TOOLS)
	rm -rf dist out/dist-again
	export SOURCE_DATE_EPOCH="$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)}" && \
	$(RELEASE)/bin/python -m build --outdir dist && $(RELEASE)/bin/python -m build --outdir out/dist-again && \
	for file in dist/*; do cmp "$$file" "out/dist-again/$$(basename "$$file")"; done
	$(RELEASE)/bin/python -m twine check --strict dist/*
	$(PYTHON) -m venv --clear $(RELEASE)-installed
	$(RELEASE)-installed/bin/python -m pip install --quiet --progress-bar off dist/*.whl
	$(RELEASE)-installed/bin/edgeunet doctor
	$(RELEASE)/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml \
		-o dist/edgeunet.cdx.json $(RELEASE)-installed/bin/python
	cd dist && sha256sum * > SHA256SUMS && cat SHA256SUMS

.PHONY: clean
clean: ## remove build products (keeps .venv)
	rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
