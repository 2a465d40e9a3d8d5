"""`lfpnet status`: what the sidecar does now; with --watch, again and again until Ctrl-C."""

import argparse
import json
import sys
import time
from typing import Any

from sidecar.cli.connection import add_connection_arguments, connect, is_local_alive
from sidecar.client import Client
from sidecar.wire.errors import SidecarError

_HOME_AND_CLEAR = "\x1b[H\x1b[2J"
_BAR_WIDTH = 24


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command's options."""
    parser = subparsers.add_parser("status")
    parser.add_argument("--watch", action="store_true", help="keep showing until Ctrl-C")
    parser.add_argument("--interval", type=float, default=0.5, metavar="SECONDS", help="between two looks")
    parser.add_argument("--count", type=int, default=0, help="looks before --watch ends by itself; 0: never")
    parser.add_argument("--json", action="store_true", help="print one JSON object a look")
    add_connection_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the status once or continually."""
    looks = 0
    client: Client | None = None
    try:
        while True:
            # Looking must not start a sidecar: connect only where one lives.
            if client is None and (arguments.connect is not None or is_local_alive()):
                client = connect(arguments, "status")
            is_alive = arguments.connect is not None or is_local_alive()
            if not is_alive and client is not None:
                client.close()
                client = None
            if client is None and not arguments.watch:
                print("{}" if arguments.json else "No sidecar is running; the first job starts one.")
                return 1
            _show(arguments, None if client is None else _ask(client, is_watching=arguments.watch))
            looks += 1
            if not arguments.watch or looks == arguments.count:
                return 0
            time.sleep(arguments.interval)
    except SidecarError as error:
        print(f"lfpnet status: {error.sentence}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        if client is not None:
            client.close()


def _ask(client: Client, *, is_watching: bool) -> dict[str, Any] | SidecarError:
    """Get the report; while watching, a server that does not answer is news and no end."""
    try:
        return client.status(timeout_seconds=3.0)
    except SidecarError as error:
        if not is_watching:
            raise
        return error


def _show(arguments: argparse.Namespace, report: dict[str, Any] | SidecarError | None) -> None:
    if arguments.json:
        plain = report if isinstance(report, dict) else {"problem": report.sentence if report else "no sidecar"}
        print(json.dumps(plain), flush=True)
        return
    if arguments.watch and sys.stdout.isatty():
        sys.stdout.write(_HOME_AND_CLEAR)
    if isinstance(report, dict):
        print(render(report), flush=True)
    else:
        print(report.sentence if report else "No sidecar is running; the first job starts one.", flush=True)


def render(report: dict[str, Any]) -> str:
    """Lay a status reply out as text."""
    memory = report["memory"]
    parts = ", ".join(f"{name[:-6]} {_bytes(memory.get(name, 0))}" for name in _MEMORY)
    loaded = [model["name"] for model in report["models"] if model["is_loaded"]]
    lines = [
        f"sidecar {report['pid']} ({report['instance']}) is {report['state']}, up {report['uptime_seconds']:.0f} s",
        f"devices {', '.join(report['devices'])}; models loaded: {', '.join(loaded) or 'none'}",
        f"memory  {parts}",
        ", ".join(f"{name} {report[name]}" for name in ("clients", "queued", "finished", "failed")),
        f"worker's last progress {report['worker_age_seconds']:.1f} s ago",
        "",
    ]
    lines += [_job_line(job) for job in report["jobs"]] or ["no jobs"]
    training = report.get("training", {})
    if training.get("state", "none") != "none":
        lines += ["", f"training {training['state']} {training.get('progress') or ''}"]
    return "\n".join(lines)


_MEMORY = ("resident_bytes", "cache_bytes", "results_bytes", "slot_bytes", "upload_bytes")


def _job_line(job: dict[str, Any]) -> str:
    filled = _BAR_WIDTH * job["done"] // job["total"] if job["total"] else 0
    bar = "#" * filled + "." * (_BAR_WIDTH - filled)
    tiles = f"{job['done']}/{job['total']} tiles" if job["total"] else ""
    who = job["label"] or job["job"][:12]
    return f"[{bar}] {job['stage']:9} {tiles:14} {job['age_seconds']:7.1f} s  {job['client']:12} {who}"


def _bytes(count: int) -> str:
    return f"{count / 2**20:.0f} MB"
