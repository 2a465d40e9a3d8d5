"""Frames of a shot on disk: ranges, names, records of what was computed, training pairs (standard library only).

Hosts, the command line and farms share these rules; may be vendored under any name.
"""
