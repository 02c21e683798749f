# `make serve` sets everything up and serves; `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: install install-dev serve test eval pictures bench bench-retrieval peers train-embedder train-reader
install: .venv/installed
install-dev: .venv/installed-dev

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --progress-bar off -e .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --progress-bar off -e '.[dev]'
	touch $@

serve: install
	$(BIN)/xinwen build --if-needed
	$(BIN)/xinwen serve

test: install-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

eval: install
	$(BIN)/xinwen build --if-needed
	$(BIN)/xinwen eval --out evals/results
	$(BIN)/python -m evals.readme

bench: install-dev
	$(BIN)/python -m evals.bench_retrieval --out evals/results/bench_retrieval.md
	$(BIN)/python -m evals.bench_answers --out evals/results/bench_answers.md
	$(BIN)/python -m evals.readme

pictures: install-dev
	XINWEN_PICTURES=1 XINWEN_NEEDS_BROWSER=1 $(BIN)/pytest tests/test_chat.py

peers: install
	$(BIN)/python -m evals.peers.run
	$(BIN)/python -m evals.readme

bench-retrieval: install
	$(BIN)/python -m evals.bench_retrieval --out evals/results/bench_retrieval.md

train-embedder: install
	$(BIN)/python -m index.train_embedder

train-reader: install
	$(BIN)/pip install --quiet --progress-bar off -e '.[train]'
	$(BIN)/python -m bot.train_fusion
	$(BIN)/python -m bot.train_reader
	$(BIN)/python -m bot.train_judge
