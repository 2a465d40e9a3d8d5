"""The fake Nuke on the path, and a fresh session for each test."""

import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[2] / "support"
sys.path.insert(0, str(SUPPORT / "fake_nuke"))


@pytest.fixture
def session():
    """A session with a window and a small format."""
    import nuke
    from nuke import _session

    begun = _session.start(gui=True)
    nuke.root()["format"].fromScript("8 6 1 tiny")
    return begun
