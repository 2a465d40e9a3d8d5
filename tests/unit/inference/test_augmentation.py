"""The eight turns of a patch."""

import numpy as np
import pytest
import torch

from lfpnet.inference.augmentation import ALL_TURNS, TRANSPOSED, UNTURNED

PIXELS = np.arange(4 * 4 * 3, dtype=np.float32).reshape(4, 4, 3)


def _as_patch(pixels):
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None]


@pytest.mark.parametrize("turn", ALL_TURNS)
def test_undoing_a_turn_gives_the_patch_back(turn):
    assert torch.equal(turn.undo(_as_patch(turn.apply(PIXELS))), _as_patch(PIXELS))


def test_the_eight_turns_are_all_different():
    assert len({tuple(turn.apply(PIXELS).ravel().tolist()) for turn in ALL_TURNS}) == 8


def test_the_published_turn_exchanges_rows_and_columns():
    assert np.array_equal(TRANSPOSED.apply(PIXELS), PIXELS.transpose(1, 0, 2))
    assert np.array_equal(UNTURNED.apply(PIXELS), PIXELS)
