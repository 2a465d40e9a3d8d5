"""Nuke runs this in every session, with or without a window: it adds nothing to the screen and breaks no start."""

import os
import sys

import nuke

try:
    folder = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - Nuke's own spelling
    if folder not in sys.path:  # Nuke adds it itself, unless it was told not to
        sys.path.append(folder)
    from lfpnet_nuke import startup

    startup.begin()
except Exception as problem:  # a broken plugin never breaks Nuke's start
    nuke.tprint(f"LFPNet is not available in this session: {problem}")
