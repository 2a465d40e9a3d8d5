# `make demo` and `make test` do everything on a fresh machine, `make check` is lint, types and contracts.
# `make test-all` runs the heavy tests too: the full-size network, every Blender, Chromium, long trainings.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.ready-dev

# Blender as a Python module, one environment for each version: 370 MB each, made once.
BPY_VERSIONS := 4.2.23 4.5.15 5.0.1
BPY_READY := $(foreach version,$(BPY_VERSIONS),.venv-bpy-$(version)/.ready)
BPY_NAMES := LFPNET_BPY_4_2=$(CURDIR)/.venv-bpy-4.2.23/bin/python LFPNET_BPY_4_5=$(CURDIR)/.venv-bpy-4.5.15/bin/python \
	LFPNET_BPY_5_0=$(CURDIR)/.venv-bpy-5.0.1/bin/python

# One file is one worker's: its fixtures are made once, and its sidecar has a folder of its own.
WORKERS ?= 2
# Compiled modules are kept even where the environment says no: the tests start hundreds of processes.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BPY_NAMES) $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

.PHONY: demo test test-heavy test-all chromium check format clean nuke-plugin blender-extension

demo: $(READY)
	@mkdir -p demo
	@echo "Matting examples/astronaut (some seconds) ..."
	@# A sidecar that ran before goes on; one that the demo started ends with it.
	@if $(BIN)/lfpnet status > /dev/null 2>&1; then stop=true; else stop="$(BIN)/lfpnet stop"; fi; \
	$(BIN)/lfpnet matte examples/astronaut/plate.png examples/astronaut/roto.json -o demo/astronaut.exr \
		--preview demo/astronaut.png --sidecar; code=$$?; $$stop; exit $$code
	@echo "Look at demo/astronaut.png; the layers are in demo/astronaut.exr."
	@echo "Next, your own plate and roto: $(BIN)/lfpnet matte plate.exr roto.exr --band 8 20 -o matte.exr --preview matte.png"
	@# Only where there is a screen to show it on.
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] && command -v xdg-open > /dev/null; then xdg-open demo/astronaut.png; \
	elif [ "$$(uname)" = Darwin ]; then open demo/astronaut.png; fi

test: $(DEV_READY) .venv-bpy-5.0.1/.ready
	$(PYTEST) -m "not heavy"

test-heavy: $(DEV_READY) $(BPY_READY) chromium
	$(PYTEST) -m heavy

test-all: test test-heavy

check: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python plugins/bundle.py nuke --to build/check/nuke > /dev/null
	$(BIN)/pyright --pythonpath $(BIN)/python --project plugins/pyright_nuke.json
	$(BIN)/lint-imports

format: $(DEV_READY)
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
.venv-bpy-%/.ready:
	@echo "Installing Blender $* as a Python module (370 MB) ..."
	@$(PYTHON) -m venv .venv-bpy-$*
	@.venv-bpy-$*/bin/pip install --quiet --no-deps bpy==$*
	@.venv-bpy-$*/bin/pip install --quiet numpy==1.26.4 requests cython zstandard pyzmq==27.3.0 msgpack==1.2.4 OpenEXR==3.5.3
	@.venv-bpy-$*/bin/python -c "import os, bpy; os._exit(0)" > /dev/null 2>&1 || (apt-get update -qq && \
		apt-get install -y -qq libx11-6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libgl1 libxxf86vm1 \
		libgomp1 libegl1)
	@.venv-bpy-$*/bin/python -c "import os, bpy; os._exit(0)"
	@touch $@

# cv2 needs two system libraries that slim machines lack.
$(READY): pyproject.toml constraints.txt
	@echo "Installing lfpnet and torch into $(VENV) (some minutes where nothing is cached) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --constraint constraints.txt "torch==$$(sed -n 's/^torch==//p' constraints.txt)"
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@$(BIN)/python -c "import cv2" 2> /dev/null || (echo "Installing two system libraries for OpenCV ..." && \
		apt-get update -qq && apt-get install -y -qq libgl1 libglib2.0-0)
	@$(BIN)/python -c "import cv2"
	@echo "Compiling the estimates (once, up to two minutes) ..."
	@$(BIN)/python -W ignore -c "import pymatting"
	@touch $@

# Tcl reads saved Nuke scripts in the tests: Python's own, else the program.
$(DEV_READY): $(READY)
	@echo "Installing what checks and tests need ..."
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@$(BIN)/python -c "import _tkinter" 2> /dev/null || command -v tclsh > /dev/null || \
		(apt-get update -qq && apt-get install -y -qq tcl) || echo "Without tcl the tests of saved Nuke scripts fail."
	@touch $@

# The heavy tests open the report in a browser; without one they are skipped by name.
chromium:
	@command -v chromium || command -v chromium-browser || command -v google-chrome || (echo "Installing Chromium ..." && \
		apt-get update -qq && apt-get install -y -qq chromium) || true
