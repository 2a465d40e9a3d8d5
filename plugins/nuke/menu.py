"""Nuke runs this only where there is a window: one entry in the Nodes menu, and no failure may reach Nuke."""

import nuke

try:
    from lfpnet_nuke import startup

    startup.add_menu()
except Exception as problem:  # a broken plugin never breaks Nuke's start
    nuke.tprint(f"The menu of LFPNet is not available: {problem}")
