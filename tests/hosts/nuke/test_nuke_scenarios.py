"""Every scenario in the fake Nuke, in a terminal session and with a window, against a real sidecar process."""

import pytest
from nuke_scenarios import SCENARIOS


@pytest.mark.parametrize("has_window", [False, True], ids=["terminal", "window"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_scenario(scenario, has_window, make_stage):
    scenario(make_stage(has_window=has_window))
