"""The client inside hosts: under another package name, on an old Python, with no part of lfpnet beside it."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sidecar_fixtures import PATIENCE_SECONDS, ROOT, command, environment

PARTS = ("wire", "runtime", "client", "shots")
SOURCES = [path for part in PARTS for path in sorted((ROOT / "sidecar" / part).glob("*.py"))]
SCRIPT = """
import json, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from host_plugin._vendored.client import Client
environment = json.loads(sys.argv[4])
command = json.loads(sys.argv[3])
with Client.local("host", directory=Path(sys.argv[2]), command=command, environment=environment) as client:
    plate = np.random.default_rng(0).random((700, 900, 3)).astype(np.float32)
    trimap = np.full((700, 900), 128, np.uint8)
    for kind in ("inline", "exr"):
        job = client.submit(plate, trimap, output={"kind": kind}, preview=True, timeout_seconds=60)
        result = job.wait(60)
        assert kind == "exr" or (result.layers["foreground"] == plate).all()
    client.shutdown()
loaded = {name.split(".")[0] for name in sys.modules}
assert not loaded & {"torch", "cv2", "lfpnet", "sidecar"}, loaded
print("done")
"""


def run_vendored(workplace, python, *flags):
    package = workplace.folder / "site" / "host_plugin" / "_vendored"
    for part in ("wire", "runtime", "client"):
        shutil.copytree(ROOT / "sidecar" / part, package / part, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").touch()
    (package.parent / "__init__.py").touch()
    call = [str(python), *flags, "-W", "error", "-c", SCRIPT, str(package.parent.parent), str(workplace.folder)]
    call += [json.dumps(command()), json.dumps(environment({}))]
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        call, capture_output=True, text=True, timeout=PATIENCE_SECONDS, env=variables, cwd=workplace.folder, check=False
    )


def test_a_vendored_client_works_under_another_name_without_lfpnet(workplace):
    done = run_vendored(workplace, sys.executable, "-I")
    assert (done.stdout, done.returncode) == ("done\n", 0), done.stderr


def test_a_vendored_client_works_on_the_oldest_python_of_hosts(workplace):
    python = os.environ.get("LFPNET_OLDEST_PYTHON")
    if python is None:
        pytest.skip("LFPNET_OLDEST_PYTHON names no Python 3.9 with pyzmq, msgpack and numpy")
    done = run_vendored(workplace, python)
    assert (done.stdout, done.returncode) == ("done\n", 0), done.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_hosts_load_is_written_in_old_python_with_relative_imports(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    allowed = {"zmq", "numpy", "msgpack", "__future__"} | sys.stdlib_module_names
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {name.name.split(".")[0] for name in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert str(node.module).split(".")[0] in allowed
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("dataclass", "zip"):
            assert not {keyword.arg for keyword in node.keywords} & {"slots", "kw_only", "strict"}
    has_code = any(not isinstance(node, ast.Expr) for node in tree.body)
    has_future = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)
    assert has_future or not has_code or path.name == "__init__.py"
