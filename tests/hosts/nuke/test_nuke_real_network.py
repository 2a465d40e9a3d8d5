"""Two scenarios with the network itself and the weights that ship: what the quick predictor cannot show."""

import shlex
import sys

import nuke_pictures
import pytest
from nuke_scenarios import overscan_is_kept, the_current_frame_is_matted


@pytest.mark.heavy
def test_the_real_network_behind_the_node(make_stage, own_sidecar, tmp_path):
    script = tmp_path / "lfpnet"
    script.write_text(f'#!/bin/sh\nshift\nexec {shlex.quote(sys.executable)} -m sidecar.cli.serve --device cpu "$@"\n')
    script.chmod(0o755)
    own_sidecar(str(script))
    for scenario in (the_current_frame_is_matted, overscan_is_kept):
        stage = make_stage(has_window=False)
        stage.exact = False
        stage.folder = tmp_path / scenario.__name__
        scenario(stage)
    about = nuke_pictures.describe(str(next((stage.folder / "result").glob("*.1001.exr"))))
    assert about["channels"]["lfp_trimap.A"]["levels"] == 3
    assert about["channels"]["A"]["levels"] > 3
