# make serve: install, build the example portraits, serve them at http://localhost:8000/
# make test:  ruff, mypy and pytest; CI runs make test-ckan too
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
PROCESSES ?= 3
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: serve test test-ckan same-bytes benchmark benchmark-building benchmark-streaming benchmark-serving benchmark-million benchmark-soak clean

serve: .venv/installed
	$(BIN)/portrait-ia demo --to build/demo --port $(PORT)

test: .venv/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile

# Installs CKAN in an environment of its own, to take our catalogue. Wants Debian's postgresql.
test-ckan: .venv/installed-for-tests
	$(BIN)/python -m pytest -m ckan tests/site/test_ckan.py

# Whether the working tree builds the same releases as another revision: make same-bytes SINCE=v1
same-bytes: .venv/installed-for-tests
	$(BIN)/python -m tests.support.same_bytes $(SINCE)

benchmark: .venv/installed-for-tests build/peer/installed
	PEER_PYTHON=build/peer/bin/python $(BIN)/python -m tests.benchmarks.mapping
	$(BIN)/python -m tests.benchmarks.starting

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt hatch_build.py server/libraries.toml
	$(INSTALL) -e .
	touch $@

.venv/installed-for-tests: .venv/installed
	$(INSTALL) -e '.[dev]'
	touch $@

# CPU, time and memory of building 20,000 rows; beside another revision: --against v1 by hand.
benchmark-building: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.building

# Memory of writing and sending dumps, at 10,000 and at 100,000 rows.
benchmark-streaming: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.streaming

# Wants Debian's wrk and nginx-light.
benchmark-serving: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.serving

# Wants 15 GB of disk and 8 GB of memory.
benchmark-million: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.million
# Ten minutes of normal and hostile load; ends with 1 unless all is as after the first minute.
benchmark-soak: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.soaking --minutes 10
	$(BIN)/python -m tests.benchmarks.neighbours

# morph-kgc wants an older pandas than ours.
build/peer/installed:
	$(PYTHON) -m venv build/peer
	build/peer/bin/pip install --quiet --disable-pip-version-check 'morph-kgc==2.10.0' 'pandas<3' 'numpy<2'
	touch $@

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache
