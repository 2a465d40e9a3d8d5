"""`nuke -t .../render_farm.py SCRIPT --node LFPNet1 --frames 1001-1010`: matte the frames of a node on a farm.

Exit codes: 0 every frame has its result, 1 some have not, 2 the call or the script cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str]) -> int:
    """Matte and return the exit code."""
    # Nuke runs this file as a script, so the package may not be importable yet.
    package_parent = str(Path(__file__).resolve().parent.parent)
    if package_parent not in sys.path:
        sys.path.append(package_parent)
    from lfpnet_nuke.libraries import make_importable

    make_importable()
    from lfpnet_nuke import host, runs
    from lfpnet_nuke.connection import close_clients
    from lfpnet_nuke.errors import sentence_of
    from lfpnet_nuke.log import logger, open_log

    asked = _parse(host.script_arguments(__file__, arguments))
    open_log()
    try:
        host.open_script(asked.script)
        report = runs.run_here(runs.Work(_node(host, asked.node), _overrides(asked)))
    except Exception as problem:
        logger.error("%s", sentence_of(problem), exc_info=problem)
        host.say(sentence_of(problem))
        return 2
    finally:
        close_clients()
    host.say(report.sentence)
    if asked.save:
        host.save_script()
    return 0 if report.is_whole else 1


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nuke -t render_farm.py", description="Matte frames of an LFPNet node.")
    parser.add_argument("script", help="Nuke script (.nk)")
    parser.add_argument("--node", default="", help="full name of the node; not needed when there is only one")
    parser.add_argument("--frames", default="", help="such as 1001-1010x2,1020; default: what the node says")
    parser.add_argument("--views", default="", help="such as 'left right'; default: what the node says")
    parser.add_argument("--only", choices=("missing or stale", "missing", "all"), help="default: what the node says")
    parser.add_argument("--save", action="store_true", help="save the script, so that it shows the matte")
    return parser.parse_args(arguments)


def _overrides(asked: argparse.Namespace) -> dict[str, str]:
    overrides = {}
    if asked.frames:
        overrides.update(lfp_range="custom", lfp_frames=asked.frames)
    if asked.views:
        overrides["lfp_views"] = asked.views
    if asked.only:
        overrides["lfp_only"] = asked.only
    return overrides


def _node(host, name: str):
    from lfpnet_nuke.errors import PluginError

    if name:
        return host.find(name)
    nodes = host.our_nodes()
    if len(nodes) != 1:
        names = ", ".join(host.full_name(node) for node in nodes) or "none"
        raise PluginError(f"Expected one LFPNet node in the script, got {names}: name it with --node.")
    return nodes[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
