"""`lfpnet farm`: a job template for a render farm that needs neither Nuke nor Blender, and what its sessions run.

Source: Open Job Description, template schemas 2023-09 with the extension TASK_CHUNKING; deadline-cloud-for-nuke's
issue 194 for time limits on environments.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import ConfigurationError, LfpnetError, OutputError
from sidecar.cli.connection import is_local_alive, stop_local
from sidecar.cli.matte import add_matte_options
from sidecar.client import Client
from sidecar.shots.errors import ShotError
from sidecar.shots.frames import format_frames, parse_frames
from sidecar.wire.errors import SidecarError

#: A cold machine reads the weights from a slow disk; a sidecar that has no more to do ends at once.
START_SECONDS, STOP_SECONDS = 300, 60
#: Time for a frame's temporary files to go away after a cancel.
NOTICE_SECONDS = 30
_FOLDER_PREFIX = "lfpnet-farm-"
#: Options of `lfpnet matte` that the template hands on, with the value that need not be said.
_HANDED_ON = {
    "--core": None, "--edge": None, "--channel": None, "--layer": None, "--depth": "auto", "--compression": "zips",
    "--layer-names": "plain", "--plan": "fast", "--tile": None, "--weights": None, "--views": None,
    "--working-space": None, "--owner": None,
}  # fmt: skip
_FLAGS = ("--tta", "--truncate-8bit", "--only-missing", "--keep-going", "--skip-missing", "--take-over")


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("farm")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    template = commands.add_parser(
        "template", description="Write an Open Job Description template (JSON) that mattes a range of frames."
    )
    add_matte_options(template)
    template.add_argument("--name", help="of the job; default: the output's")
    template.add_argument("--chunk", type=int, default=10, metavar="FRAMES", help="a task computes so many; default 10")
    template.add_argument("--command", default="lfpnet", help="the command on the farm's machines, or its full path")
    template.add_argument("--to", type=Path, metavar="FILE", help="default: print it")
    template.set_defaults(run=write_template)
    start = commands.add_parser("start", description="Start a sidecar for one farm session and tell it to the session.")
    start.set_defaults(run=start_session)
    stop = commands.add_parser("stop", description="End the sidecar of this farm session.")
    stop.set_defaults(run=stop_session)


def write_template(arguments: argparse.Namespace) -> int:
    """Write the template."""
    text = json.dumps(job_template(arguments), indent=2) + "\n"
    if arguments.to is None:
        print(text, end="")
        return 0
    try:
        with atomic_file(arguments.to) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise OutputError(f"{arguments.to} cannot be written ({error}); choose another folder.") from error
    print(f"{arguments.to}: try it with `openjd run {arguments.to} --step Matte --extensions TASK_CHUNKING`")
    return 0


def job_template(asked: argparse.Namespace) -> dict[str, Any]:
    """The template as plain values.

    Raises:
        ConfigurationError: there is no range, or it or the chunk cannot be.
    """
    if asked.frames is None or asked.chunk < 1:
        raise ConfigurationError("Expected --frames and a --chunk of at least 1; name the range, such as 1001-1100.")
    _check(asked)
    try:
        frames = format_frames(parse_frames(asked.frames)).replace("x", ":")
    except ShotError as error:
        raise ConfigurationError(str(error)) from error
    frame = {
        "name": "Frame",
        "type": "CHUNK[INT]",
        "range": "{{Param.Frames}}",
        "chunks": {
            "defaultTaskCount": asked.chunk,
            "targetRuntimeSeconds": 0,
            "rangeConstraint": "NONCONTIGUOUS",
        },
    }
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": (asked.name or f"lfpnet {asked.output.name}")[:128],
        "parameterDefinitions": [
            {"name": "Frames", "type": "STRING", "default": frames, "description": "for example 1001-1010:2,1020"},
            {"name": "Command", "type": "STRING", "default": asked.command, "description": "lfpnet on the machines"},
        ],
        "steps": [
            {
                "name": "Matte",
                "parameterSpace": {"taskParameterDefinitions": [frame]},
                "stepEnvironments": [
                    {
                        "name": "Sidecar",
                        "description": "One sidecar for all tasks of a session, so that the model is loaded once.",
                        "script": {
                            "actions": {
                                "onEnter": _action(["farm", "start"], START_SECONDS),
                                "onExit": _action(["farm", "stop"], STOP_SECONDS),
                            }
                        },
                    }
                ],
                "script": {
                    "actions": {
                        "onRun": {
                            "command": "{{Param.Command}}",
                            "args": _matte_words(asked),
                            "cancelation": {
                                "mode": "NOTIFY_THEN_TERMINATE",
                                "notifyPeriodInSeconds": NOTICE_SECONDS,
                            },
                        }
                    }
                },
            }
        ],
    }


def start_session(_: argparse.Namespace) -> int:
    """Start a sidecar in a folder of its own; a line on standard output makes the session's tasks find it."""
    # Short, because a socket's path has at most about 100 characters and a session's folder may be long.
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX, dir="/tmp" if os.name == "posix" else None))  # noqa: S108
    os.environ["LFPNET_RUNTIME_DIR"] = str(folder)
    try:
        with Client.local("lfpnet farm") as client:
            client.models(timeout_seconds=START_SECONDS)
    except SidecarError as error:
        raise LfpnetError(error.sentence) from error
    print(f"openjd_env: LFPNET_RUNTIME_DIR={folder}")
    print("openjd_status: the sidecar is ready")
    return 0


def stop_session(_: argparse.Namespace) -> int:
    """End the session's sidecar and remove its folder."""
    folder = Path(os.environ.get("LFPNET_RUNTIME_DIR", ""))
    if not folder.name.startswith(_FOLDER_PREFIX):
        raise ConfigurationError(
            "Expected LFPNET_RUNTIME_DIR as `lfpnet farm start` set it, got another or none; use `lfpnet stop` for an "
            "artist's sidecar."
        )
    try:
        if is_local_alive():
            stop_local("drain", STOP_SECONDS)
    except SidecarError as error:
        raise LfpnetError(error.sentence) from error
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _action(words: list[str], seconds: int) -> dict[str, Any]:
    return {"command": "{{Param.Command}}", "args": words, "timeout": seconds}


def _matte_words(asked: argparse.Namespace) -> list[str]:
    """The arguments of `lfpnet matte` in every task; files by their full names."""
    words = ["matte", _full(asked.plate)]
    if asked.trimap is not None:
        words.append(_full(asked.trimap))
    for option, usual in _HANDED_ON.items():
        value = getattr(asked, option[2:].replace("-", "_"))
        if value is not None and value != usual:
            words += [option, _full(value) if option in ("--core", "--edge") else str(value)]
    words += [option for option in _FLAGS if getattr(asked, option[2:].replace("-", "_"))]
    if asked.band is not None:
        words += ["--band", *(f"{pixels:g}" for pixels in asked.band)]
    return [*words, "-o", _full(asked.output), "--frames", "{{Task.Param.Frame}}", "--progress", "openjd"]


def _check(asked: argparse.Namespace) -> None:
    """Refuse what every task would refuse."""
    if (asked.trimap is None) == (asked.core is None or asked.edge is None):
        raise ConfigurationError("Expected either TRIMAP_OR_ROTO or --core and --edge; give one of them.")
    if asked.weights is not None and asked.weights.suffix == ".safetensors":
        raise ConfigurationError(
            f"Expected the NAME of a model for --weights, got the file {asked.weights}; lay it into a folder that "
            f"LFPNET_MODELS names on the farm's machines, and say --weights {asked.weights.stem}."
        )


def _full(path: Path) -> str:
    """The absolute name, of which nothing is read as the template's own."""
    text = str(path.absolute())
    if "{{" in text:
        raise ConfigurationError(f"Expected a name without '{{{{', which job templates replace, got {text}; rename it.")
    return text
