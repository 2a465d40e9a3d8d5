import dataclasses
import json
from collections import Counter

import pytest

from lfpnet.data.render import KINDS, recipe


def test_a_recipe_depends_on_seed_and_index_alone():
    assert recipe(7, seed=3) == recipe(7, seed=3)
    assert recipe(7, seed=3) != recipe(8, seed=3)
    assert recipe(7, seed=3).seed == (3, 7)


def test_every_kind_is_rendered_about_as_often_as_its_share_says():
    counted = Counter(recipe(index, seed=1).kind for index in range(3000))
    assert set(counted) == set(KINDS)
    for kind, share in KINDS.items():
        assert counted[kind] / 3000 == pytest.approx(share, abs=0.03)


def test_kinds_that_are_named_come_in_turn():
    assert [recipe(index, seed=1, kinds=("fur", "net")).kind for index in range(4)] == ["fur", "net", "fur", "net"]


def test_some_recipes_move_and_some_are_out_of_focus():
    recipes = [recipe(index, seed=1) for index in range(300)]
    assert 10 < sum(item.motion is not None for item in recipes) < 100
    assert 10 < sum(item.defocus for item in recipes) < 120


def test_a_recipe_travels_as_json():
    item = recipe(2, seed=5, size=64)
    assert json.loads(json.dumps(dataclasses.asdict(item)))["size"] == 64


def test_the_shares_of_kinds_add_up_to_one():
    assert sum(KINDS.values()) == pytest.approx(1)
