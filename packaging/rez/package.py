"""The rez package of lfpnet: `rez build --install` here. Never built by this project: see packaging/README.md."""

name = "lfpnet"
version = "0.1.0"
description = "Alpha, foreground and background mattes for compositors: LFPNet behind a ZeroMQ sidecar"
tools = ["lfpnet"]
requires = ["python-3.11+"]

# An environment of its own inside the package: no other package of the show can change what the sidecar imports.
build_command = (
    "python -m venv {install_path}/venv && "
    "{install_path}/venv/bin/python -m pip install --constraint {root}/../../constraints.txt {root}/../.."
)


def commands():
    """Name the command for hosts and shells; nothing goes onto PYTHONPATH, where hosts have packages of their own."""
    env.LFPNET_COMMAND = "{root}/venv/bin/lfpnet"  # noqa: F821 - rez gives env
    env.PATH.append("{root}/venv/bin")  # noqa: F821 - as above
