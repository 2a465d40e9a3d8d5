"""The eight turns of a patch."""

import pytest
import torch

from lfpnet.inference.augmentation import ALL_TURNS, TRANSPOSED, UNTURNED

PATCH = torch.arange(2 * 3 * 4 * 4, dtype=torch.float32).reshape(2, 3, 4, 4)


@pytest.mark.parametrize("turn", ALL_TURNS)
def test_undoing_a_turn_gives_the_patch_back(turn):
    assert torch.equal(turn.undo(turn.apply(PATCH)), PATCH)


def test_the_eight_turns_are_all_different():
    assert len({tuple(turn.apply(PATCH).flatten().tolist()) for turn in ALL_TURNS}) == 8


def test_the_published_turn_exchanges_rows_and_columns():
    assert torch.equal(TRANSPOSED.apply(PATCH), PATCH.transpose(-1, -2))
    assert torch.equal(UNTURNED.apply(PATCH), PATCH)
