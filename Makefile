# make serve: install, build the example portraits, serve them at http://localhost:8000/
# make test:  ruff, mypy and pytest
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
PROCESSES ?= 3
MARKED ?= not ckan and not packaging and not comunica
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check
SUPPLY := build/supply/bin
# What style sheet and scripts are bundled from, when the package is built.
FRONT_END := hatch_build.py package.json package-lock.json \
	$(shell find server/static -name built -prune -o -name '*.css' -print -o -name '*.js' -print)
# Vulnerabilities that do not concern us: their names, and above each the reason.
WEIGHED :=
COMPILE := $(SUPPLY)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command 'make lock' --quiet $(UPGRADE)

.PHONY: serve test test-ckan test-packaging test-comunica test-accessibility wheel pictures lock audit sbom same-bytes benchmark benchmark-building benchmark-streaming benchmark-serving benchmark-lists benchmark-million benchmark-soak benchmark-swapping benchmark-pushing benchmark-killing clean

serve: .venv/installed
	$(BIN)/portrait-ia demo --to build/demo --port $(PORT)

test: .venv/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m '$(MARKED)' -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

# Installs CKAN in an environment of its own, to take our catalogue. Wants Debian's postgresql.
test-ckan: .venv/installed-for-tests
	$(BIN)/python -m pytest -m ckan tests/site/test_ckan.py

# Installs the wheel by uv from PyPI, and builds and runs the Containerfile: wants root, and Debian's
# buildah and debootstrap.
test-packaging: .venv/installed-for-tests build/supply/installed
	$(BIN)/python -m pytest -m packaging tests/test_installing.py tests/test_container.py

# Every template in all views: both languages and colour schemes, 360, 1280 and 320 pixels.
test-accessibility: .venv/installed-for-tests
	EVERY_VIEW=1 $(BIN)/python -m pytest tests/site/test_accessibility.py

# The package, with style sheet and scripts: dist/portrait_ia-….whl
wheel: .venv/installed
	$(BIN)/python -m hatchling build -t wheel

# Asks Comunica, which npm installs below build/.
test-comunica: .venv/installed-for-tests
	$(BIN)/python -m pytest -m comunica tests/site/test_comunica.py

# The pictures of the README, of the site that `make serve` runs in another terminal.
pictures: .venv/installed-for-tests
	$(BIN)/python -m tests.support.pictures http://localhost:$(PORT)/

# Whether the working tree builds the same releases as another revision: make same-bytes SINCE=v1
same-bytes: .venv/installed-for-tests
	$(BIN)/python -m tests.support.same_bytes $(SINCE)

benchmark: .venv/installed-for-tests build/peer/installed
	PEER_PYTHON=build/peer/bin/python $(BIN)/python -m tests.benchmarks.mapping
	$(BIN)/python -m tests.benchmarks.starting

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml requirements.txt requirements-node.txt $(FRONT_END)
	$(INSTALL) --require-hashes -r requirements.txt
	$(BIN)/python hatch_build.py --check-node || $(INSTALL) --require-hashes -r requirements-node.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@

.venv/installed-for-tests: .venv/installed requirements-dev.txt
	$(INSTALL) --require-hashes -r requirements-dev.txt
	touch $@

# Writes what pyproject.toml wants as versions with hashes; make lock UPGRADE=--upgrade raises them.
lock: build/supply/installed
	$(COMPILE) pyproject.toml --extra build --extra dev -o requirements-dev.txt
	$(COMPILE) pyproject.toml --extra build -c requirements-dev.txt -o requirements.txt
	$(COMPILE) --group node -o requirements-node.txt

# Whether a version that is installed has a known vulnerability.
audit: build/supply/installed
	$(SUPPLY)/python -m tests.support.audit requirements-dev.txt $(WEIGHED)

# A bill of materials (CycloneDX) of what is served: build/sbom.cdx.json
sbom: build/supply/installed
	$(SUPPLY)/python -m tests.support.bill_of_materials build/sbom.cdx.json

build/supply/installed: Makefile
	$(PYTHON) -m venv build/supply
	build/supply/bin/pip install --quiet --disable-pip-version-check \
	  'cyclonedx-bom==7.5.0' 'pip-audit==2.10.1' 'uv==0.13.9'
	touch $@

# CPU, time and memory of building 20,000 rows; beside another revision: --against v1 by hand.
benchmark-building: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.building

# Memory of writing and sending dumps, at 10,000 and at 100,000 rows.
benchmark-streaming: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.streaming

# Lists and search over 100,000 initiatives, beside Datasette's faceted search of the same table.
benchmark-lists: .venv/installed-for-tests build/datasette/installed
	PEER_PYTHON=build/datasette/bin/python $(BIN)/python -m tests.benchmarks.lists

build/datasette/installed:
	$(PYTHON) -m venv build/datasette
	build/datasette/bin/pip install --quiet --disable-pip-version-check 'datasette==0.65.1'
	touch $@

# Wants Debian's wrk and nginx-light.
benchmark-serving: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.serving

# What readers of a store wait while a release is pushed. Wants Debian's virtuoso-opensource-7.
benchmark-pushing: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.pushing

# Wants 15 GB of disk and 8 GB of memory.
benchmark-million: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.million

# Ten minutes of normal and hostile load; ends with 1 unless all is as after the first minute.
benchmark-soak: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.soaking --minutes 10
	$(BIN)/python -m tests.benchmarks.neighbours

# Two minutes of load while releases are swapped and workers killed; ends with 1 if a reader notices.
benchmark-swapping: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.swapping
# kill -9 at 100 random moments of a build, a swap, a push and an export; ends with 1 unless what is served stays whole.
benchmark-killing: .venv/installed-for-tests
	$(BIN)/python -m tests.benchmarks.killing

# morph-kgc wants an older pandas than ours.
build/peer/installed:
	$(PYTHON) -m venv build/peer
	build/peer/bin/pip install --quiet --disable-pip-version-check 'morph-kgc==2.10.0' 'pandas<3' 'numpy<2'
	touch $@

clean:
	rm -rf .venv build dist node_modules server/static/built .mypy_cache .pytest_cache .ruff_cache
