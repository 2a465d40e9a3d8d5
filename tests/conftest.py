"""What every test shares: run-time checked shapes, one thread per process, the parity network."""

import os
import signal
import sys
from pathlib import Path

# One thread for each process: two workers fill two cores, and two threads of OpenMP may spin against each other on one.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# A shell starts background jobs with SIGINT ignored, and what the tests start would ignore it too.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, str(Path(__file__).parent / "support"))

from jaxtyping import install_import_hook  # noqa: E402 - the settings above must come before any import

# The shapes in annotations are checked in tests only: jaxtyping and beartype slow no user down.
install_import_hook("lfpnet", "checked_shapes.checked")

import pytest  # noqa: E402 - the hook must come before anything imports lfpnet
from hypothesis import settings  # noqa: E402 - as above

# No test asserts a time: a busy machine must not fail one.
settings.register_profile("lfpnet", deadline=None)
settings.load_profile("lfpnet")

#: What a heavy test may take on a busy machine before it counts as hanging.
HEAVY_SECONDS = 1800


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Make what a test printed and logged fit to be sent: xdist ends a worker whose report holds a lone surrogate."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode("utf-8")) for name, text in report.sections
    ]
    return report


def pytest_collection_modifyitems(items):
    """Give heavy tests without a limit of their own the longer one."""
    for item in items:
        if item.get_closest_marker("heavy") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(HEAVY_SECONDS))


@pytest.fixture(scope="session")
def parity_network():
    """Preset `lfpnet` with the deterministic weights of the parity vectors."""
    import torch
    from parity_weights import parity_weights

    from lfpnet.model.config import LFPNetConfig
    from lfpnet.model.network import build_network
    from lfpnet.model.published import network_from_published
    from lfpnet.model.published_names import published_names

    with torch.device("meta"):
        own = build_network(LFPNetConfig.of_preset("lfpnet", has_context_alpha=False)).state_dict()
    names = published_names(own)
    weights = parity_weights({names[name]: tuple(value.shape) for name, value in own.items()})
    network, _ = network_from_published(weights, "parity")
    return network


@pytest.fixture
def lean_network():
    """A small lean network with fresh weights, seeded."""
    import torch

    from lfpnet.model.config import LFPNetConfig
    from lfpnet.model.network import build_network

    torch.manual_seed(3)
    widths = {"matting_widths": (16, 16, 24, 32), "context_widths": (16, 16, 24, 32), "pooling_width": 20}
    network = build_network(LFPNetConfig.of_preset("lfpnet-compact", **widths)).eval()
    for value in network.matting.raw.parameters():
        torch.nn.init.normal_(value, std=0.2)
    return network
