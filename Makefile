# `make run` and `make test` do everything on a fresh machine with Python 3.11 (or 3.12), git and make.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PORT ?= 8501
ARGS ?=
MODEL ?= mine
BIN := .venv/bin
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev

.PHONY: help run test test-long lint format bench bench-growth train screenshots gate-report segmentation-report applicability-report asymmetry-report scorecard recipe families release-model leakage

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-20s %s\n", $$1, $$2}'

# Each run of a page is a new thread. With the C library's usual heaps, up to eight a core, each would keep freed films.
run: export MALLOC_ARENA_MAX := 1
run: $(INSTALLED) ## build .venv and open the dashboard on 127.0.0.1 (PORT=8501)
	$(BIN)/python -m streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT) --server.showEmailPrompt false

test: lint ## lint, then test
	$(BIN)/python -m pytest -m "not long" -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-long: $(INSTALLED_DEV) ## the full-size tests that `make test` leaves out
	$(BIN)/python -m pytest -m long $(ARGS)

lint: $(INSTALLED_DEV) ## style, format and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: $(INSTALLED_DEV) ## mend style and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train: $(INSTALLED) ## train on MIAS and release models/mine (MODEL=name ARGS="--set section.key=value")
	$(BIN)/python -m mammo_core train $(MODEL) $(ARGS)

release-model: $(INSTALLED) ## make MODEL=name and all that hangs on it, or finish it; ARGS=--check only looks
	$(BIN)/python -m scripts.release_model $(if $(filter command environment,$(firstword $(origin MODEL))),$(MODEL)) $(ARGS)

leakage: $(INSTALLED) ## test one network under leaky and honest protocols, into docs/leakage.*
	$(BIN)/python -m mammo_core leakage --out docs

bench: $(INSTALLED) ## time loading, preparing, reading and learning
	$(BIN)/python -m benchmarks.speed $(ARGS)

bench-growth: $(INSTALLED) ## how time and memory grow with film area, films and workers (long; goes on where it was)
	$(BIN)/python -m benchmarks.growth $(ARGS)

gate-report: $(INSTALLED) ## measure the gate's error rates into docs/gate.md
	$(BIN)/python -m benchmarks.gate_report $(ARGS)

scorecard: $(INSTALLED) ## score the explanations on MIAS, out of fold, into docs/scorecard.*
	$(BIN)/python -m benchmarks.scorecard $(ARGS)

asymmetry-report: $(INSTALLED) ## measure what left against right shows on MIAS into docs/asymmetry.md
	$(BIN)/python -m benchmarks.asymmetry_report

segmentation-report: $(INSTALLED) ## measure segmentation against hand-drawn outlines
	$(BIN)/python -m benchmarks.segmentation_report $(ARGS)

applicability-report: $(INSTALLED) ## measure the rule of applicability into docs/applicability.md
	$(BIN)/python -m benchmarks.applicability_report $(ARGS)

families: $(INSTALLED) ## write docs/families.*; ARGS=--train trains what is missing, --time times all networks, --search searches settings
	$(BIN)/python -m benchmarks.families $(ARGS)

recipe: $(INSTALLED_DEV) ## score MIAS with the yardstick recipe; ARGS=--compare holds the active model against it
	$(BIN)/python -m benchmarks.recipe $(ARGS)

screenshots: $(INSTALLED_DEV) ## take the README's screenshots in chromium
	$(BIN)/python -m scripts.screenshots $(ARGS)

# Packages are installed again only when the pinned versions change.
$(INSTALLED): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements.txt
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt $(INSTALLED)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements-dev.txt
	@touch $@

# The first of these that runs and is 3.11 or 3.12; PYTHON=... is asked first.
$(BIN)/python:
	@for python in $${PYTHON:-} python3.11 python3.12 python3; do \
		if "$$python" -c 'import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; then \
			echo "building .venv with $$python; the packages take a few minutes the first time"; \
			exec "$$python" -m venv .venv; \
		fi; \
	done; \
	echo "Python 3.11 (or 3.12) with venv is needed and none was found. Install it (Debian: apt-get install" \
		"python3.11-venv), or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; \
	exit 1
