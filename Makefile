# Two commands do everything on a fresh machine: `make demo` and `make test`. `make check` is lint, types and contracts.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Blender as a Python module, one environment for each version: 370 MB each, made once.
BPY_VERSIONS := 4.2.23 4.5.15 5.0.1
BPY_READY := $(foreach version,$(BPY_VERSIONS),.venv-bpy-$(version)/.ready)
BPY_NAMES := LFPNET_BPY_4_2=$(CURDIR)/.venv-bpy-4.2.23/bin/python LFPNET_BPY_4_5=$(CURDIR)/.venv-bpy-4.5.15/bin/python \
	LFPNET_BPY_5_0=$(CURDIR)/.venv-bpy-5.0.1/bin/python

.PHONY: demo test check format clean nuke-plugin blender-extension

demo: $(READY)
	mkdir -p demo
	@# A sidecar that ran before goes on; one that the demo started ends with it.
	if $(BIN)/lfpnet status > /dev/null 2>&1; then stop=true; else stop="$(BIN)/lfpnet stop"; fi; \
	$(BIN)/lfpnet matte examples/astronaut/plate.png examples/astronaut/roto.json -o demo/astronaut.exr \
		--preview demo/astronaut.png --sidecar; code=$$?; $$stop; exit $$code
	@echo "Look at demo/astronaut.png; the layers are in demo/astronaut.exr"

test: $(READY) $(BPY_READY)
	$(BPY_NAMES) $(BIN)/python -m pytest

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

# The extension with the wheels of every Blender and system, built and checked by Blender's own tool.
blender-extension: $(READY) .venv-bpy-4.5.15/.ready
	mkdir -p dist
	$(BIN)/python plugins/bundle.py blender --to build/blender --platform linux --platform windows --platform macos \
		--platform macos-intel
	tool=$$(find .venv-bpy-4.5.15 -name blender_ext.py); python=.venv-bpy-4.5.15/bin/python; \
	$$python $$tool build --source-dir build/blender --output-dir dist && $$python $$tool validate dist/lfpnet_blender-*.zip

clean:
	rm -rf $(VENV) .venv-bpy-* demo build dist

# What bpy needs is what its wheel names, but numpy below 2. It draws nothing, yet wants the libraries of windows.
.venv-bpy-%/.ready: Makefile
	$(PYTHON) -m venv .venv-bpy-$*
	.venv-bpy-$*/bin/pip install --quiet --no-deps bpy==$*
	.venv-bpy-$*/bin/pip install --quiet numpy==1.26.4 requests cython zstandard pyzmq==27.3.0 msgpack==1.2.4 OpenEXR==3.5.3
	.venv-bpy-$*/bin/python -c "import os, bpy; os._exit(0)" > /dev/null 2>&1 || (apt-get update -qq && \
		apt-get install -y -qq libx11-6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libgl1 libxxf86vm1 \
		libgomp1 libegl1)
	.venv-bpy-$*/bin/python -c "import os, bpy; os._exit(0)"
	touch $@

# cv2 needs two system libraries that slim machines lack.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt "torch==$$(sed -n 's/^torch==//p' constraints.txt)"
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	$(BIN)/python -c "import cv2" 2>/dev/null || (apt-get update -qq && apt-get install -y -qq libgl1 libglib2.0-0)
	$(BIN)/python -c "import cv2"
	$(BIN)/python -W ignore -c "import pymatting"  # compiles once
	@# Tcl reads saved Nuke scripts in the tests: Python's own, else the program.
	$(BIN)/python -c "import _tkinter" 2>/dev/null || command -v tclsh > /dev/null || \
		(apt-get update -qq && apt-get install -y -qq tcl) || echo "Without tcl the tests of saved Nuke scripts fail."
	@# The tests open the report in Chromium; without it those are skipped by name.
	command -v chromium || command -v chromium-browser || command -v google-chrome || \
		(apt-get update -qq && apt-get install -y -qq chromium) || true
	touch $@
