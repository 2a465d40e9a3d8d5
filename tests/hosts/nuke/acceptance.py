"""Plays the scenarios in a real Nuke: `nuke -t acceptance.py REPORT.json`; nobody has run it in a licensed Nuke yet.

Set NUKE_PATH to the built plugin folder, LFPNET_COMMAND to the installed `lfpnet`, and LFPNET_PICTURES_PYTHON to the
Python of lfpnet, which makes and judges the pictures. Exit code 0: every scenario passed. The report says for each
scenario whether it passed, how long it took, and why it failed.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import nuke  # noqa: E402 - Nuke's own module
from nuke_scenarios import SCENARIOS, Stage  # noqa: E402


class PicturesElsewhere:
    """nuke_pictures.py run by another Python, because Nuke's own has no OpenEXR."""

    def __init__(self, python):
        self._python = python

    def __getattr__(self, name):
        def call(*values, **named):
            parameters = {
                "make": ("folder", "frames"),
                "describe": ("path",),
                "difference": ("first", "second", "pairs"),
            }
            request = dict(zip(parameters[name], values))
            request.update(named)
            command = [self._python, str(HERE / "nuke_pictures.py"), name, json.dumps(request)]
            # Nuke's own variables would break another Python.
            clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
            done = subprocess.run(command, capture_output=True, env=clean, check=False)
            if done.returncode:
                raise AssertionError(done.stderr.decode("utf-8", "replace").strip().splitlines()[-1])
            return json.loads(done.stdout.decode("utf-8"))

        return call


def play(scenario, pictures):
    """Play one scenario and say how it went."""
    began = time.time()
    with tempfile.TemporaryDirectory(prefix="lfpnet-acceptance-") as folder:
        try:
            scenario(Stage(Path(folder), pictures, exact=False))
            problem = ""
        except Exception:  # whatever it is belongs into the report
            problem = traceback.format_exc()
    return {
        "scenario": scenario.__name__,
        "passed": not problem,
        "seconds": round(time.time() - began, 2),
        "problem": problem,
    }


def main(arguments):
    """Play the named scenarios, or all, and write the report."""
    report, *names = arguments
    pictures = PicturesElsewhere(os.environ.get("LFPNET_PICTURES_PYTHON", "python3"))
    chosen = [scenario for scenario in SCENARIOS if not names or scenario.__name__ in names]
    results = [play(scenario, pictures) for scenario in chosen]
    about = {
        "nuke": str(nuke.NUKE_VERSION_STRING),
        "python": sys.version.split()[0],
        "platform": sys.platform,
        "results": results,
    }
    Path(report).write_text(json.dumps(about, indent=1), encoding="utf-8")
    for result in results:
        nuke.tprint("{} {}".format("passed" if result["passed"] else "FAILED", result["scenario"]))
    return 0 if chosen and all(result["passed"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
