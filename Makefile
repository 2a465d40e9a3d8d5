# Two commands do everything on a fresh machine: `make demo` and `make test`. `make check` is lint, types and contracts.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check format clean nuke-plugin

demo: $(READY)
	mkdir -p demo
	@# A sidecar that ran before goes on; one that the demo started ends with it.
	if $(BIN)/lfpnet status > /dev/null 2>&1; then stop=true; else stop="$(BIN)/lfpnet stop"; fi; \
	$(BIN)/lfpnet matte examples/astronaut/plate.png examples/astronaut/roto.json -o demo/astronaut.exr \
		--preview demo/astronaut.png --sidecar; code=$$?; $$stop; exit $$code
	@echo "Look at demo/astronaut.png; the layers are in demo/astronaut.exr"

test: $(READY)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The folder for NUKE_PATH, with pyzmq and msgpack for every Python of Nuke on every system.
nuke-plugin: $(READY)
	$(BIN)/python plugins/bundle.py nuke --to build/nuke --platform linux --platform windows --platform macos

clean:
	rm -rf $(VENV) demo build dist

# cv2 needs two system libraries that slim machines lack.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt "torch==$$(sed -n 's/^torch==//p' constraints.txt)"
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	$(BIN)/python -c "import cv2" 2>/dev/null || (apt-get update -qq && apt-get install -y -qq libgl1 libglib2.0-0)
	$(BIN)/python -c "import cv2"
	@# Tcl reads saved Nuke scripts in the tests; without it those are skipped by name.
	$(BIN)/python -c "import tkinter" 2>/dev/null || apt-get install -y -qq python3-tk || true
	touch $@
