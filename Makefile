# Everything a fresh machine needs: `make demo` and `make test`. Each installs only what it uses, into .venv.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where PyTorch's CPU build is looked for first on a machine without an NVIDIA driver.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
PORT ?= 8420
# One more than there are cores: tests of the simulated Discord often wait.
PROCESSES = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo test bench clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.demo
	@$(BIN)/gradus demo --port $(PORT)

test: $(VENV)/.dev
	@echo "ruff: style" && $(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@echo "mypy: types, beside pytest: behaviour"; \
	$(BIN)/mypy & types=$$!; \
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses $(PROCESSES) --maxprocesses 4 --dist loadfile; behaviour=$$?; \
	wait $$types || { echo "mypy found wrong types: its lines stand above pytest's"; exit 1; }; exit $$behaviour

bench: $(VENV)/.dev $(VENV)/.bench
	@$(BIN)/python -m tests.benchmarks

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.torch: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Gradus needs Python 3.11 or newer; name one with: make PYTHON=python3.11 …"; exit 1; }
	@test -x $(BIN)/python || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@torch=$$(grep '^torch==' constraints.txt); \
	if command -v nvidia-smi >/dev/null; then \
	  echo "installing PyTorch for the NVIDIA GPU here (some gigabytes)"; $(PIP) "$$torch"; \
	else \
	  echo "installing PyTorch for the CPU (about 200 MB)"; \
	  $(PIP) --retries 0 --timeout 15 --index-url $(TORCH_INDEX) "$$torch" 2>/dev/null \
	    || { echo "$(TORCH_INDEX) does not answer; taking PyTorch from the ordinary index"; $(PIP) "$$torch"; }; \
	fi
	@touch $@

$(VENV)/.demo $(VENV)/.dev $(VENV)/.bench: $(VENV)/.%: $(VENV)/.torch pyproject.toml constraints.txt
	@echo "installing Gradus with what '$*' needs"
	@$(PIP) --editable '.[$*]'
	@touch $@
