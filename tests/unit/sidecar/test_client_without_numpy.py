"""Hosts such as Nuke have a Python without numpy: they send files and get files or bytes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

SCRIPT = """
import sys
sys.modules["numpy"] = None  # importing it fails from now on
from sidecar.client import Client, Job, JobResult, Picture, Pixels
from sidecar.client.transfer import Transfer, _Download
from sidecar.client.request import build_request
fields, uploads = build_request({"plate": "/a/plate.exr", "trimap": b"bytes"}, {"kind": "exr"}, {})
assert fields["inputs"]["trimap"] == {"kind": "exr", "bytes": 5}, fields
assert bytes(uploads["trimap"]) == b"bytes"

class Sockets:
    def send_data(self, *_): return True

download = _Download({"kind": "exr", "bytes": 5, "blob": "0"}, Sockets(), "session", "job")
download.add(0, memoryview(b"matte"))
assert download.is_complete and bytes(download.buffer) == b"matte"
"""


def test_the_client_handles_files_without_numpy():
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
