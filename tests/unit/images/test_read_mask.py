"""Which channel becomes the mask, and that its values are exact."""

import cv2
import numpy as np
import pytest

from lfpnet.errors import ImageFileError
from lfpnet.images import read_mask


def _random(*shape, seed=1):
    return np.random.default_rng(seed).random(shape, np.float32)


@pytest.mark.parametrize(("dtype", "top"), [(np.uint8, 255), (np.uint16, 65535)])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_every_integer_value_is_its_share_of_the_maximum_exactly(tmp_path, dtype, top, suffix):
    values = np.arange(top + 1, dtype=dtype).reshape(16, -1)
    cv2.imwrite(str(tmp_path / f"t.{suffix}"), values)
    mask = read_mask(tmp_path / f"t.{suffix}")
    assert np.array_equal(mask.pixels, (values.astype(np.float64) / top).astype(np.float32))
    assert np.array_equal(np.rint(mask.pixels * np.float32(top)), values)
    assert (mask.depth, mask.channel_read, mask.is_window_known) == (np.dtype(dtype).name, "Y", False)
    assert mask.data_window == (0, 0, values.shape[1] - 1, 15)


def test_trimap_grey_128_is_128_of_255(tmp_path):
    cv2.imwrite(str(tmp_path / "t.png"), np.uint8([[0, 128, 255]]))
    assert read_mask(tmp_path / "t.png").pixels.tolist() == [[0, np.float32(128 / 255), 1]]


def test_a_grey_trimap_saved_as_rgb_is_its_red(tmp_path):
    trimap = np.uint8([[0, 128, 255], [255, 128, 0]])
    cv2.imwrite(str(tmp_path / "t.png"), np.dstack([trimap, trimap, trimap + (trimap == 0) * np.uint8(2)]))
    assert read_mask(tmp_path / "t.png").channel_read == "R"


def test_a_coloured_trimap_asks_for_a_channel(tmp_path):
    cv2.imwrite(str(tmp_path / "t.png"), np.uint8([[[0, 0, 0], [9, 8, 200]]]))
    with pytest.raises(ImageFileError, match="red, green and blue differ"):
        read_mask(tmp_path / "t.png")
    assert read_mask(tmp_path / "t.png", channel="red").pixels.tolist() == [[0, np.float32(200 / 255)]]
    assert read_mask(tmp_path / "t.png", channel="B").pixels.tolist() == [[0, np.float32(9 / 255)]]


def test_an_alpha_that_says_something_is_the_mask(tmp_path):
    bgra = np.full((4, 5, 4), 77, np.uint8)
    bgra[..., 3] = np.arange(20).reshape(4, 5)
    cv2.imwrite(str(tmp_path / "t.png"), bgra)
    mask = read_mask(tmp_path / "t.png")
    assert mask.channel_read == "A"
    assert np.array_equal(np.rint(mask.pixels * 255), bgra[..., 3])


@pytest.mark.parametrize("alpha", [0, 255])
def test_a_constant_alpha_leaves_the_mask_to_grey_colour(tmp_path, alpha):
    bgra = np.dstack([np.arange(20, dtype=np.uint8).reshape(4, 5)] * 3 + [np.full((4, 5), alpha, np.uint8)])
    cv2.imwrite(str(tmp_path / "t.png"), bgra)
    assert read_mask(tmp_path / "t.png").channel_read == "R"


def test_a_channel_that_a_raster_lacks_is_named_with_those_it_has(tmp_path):
    cv2.imwrite(str(tmp_path / "t.png"), np.zeros((2, 2), np.uint8))
    with pytest.raises(ImageFileError, match="no channel A; it has Y"):
        read_mask(tmp_path / "t.png", channel="A")


@pytest.mark.parametrize("name", ["A", "R", "Y", "Z", "mask.V", "roto.alpha", "mask.a"])
def test_the_only_channel_of_an_exr_is_the_mask_whatever_its_name(tmp_path, save_exr, name):
    pixels = _random(5, 7) * 3 - 1
    mask = read_mask(save_exr(tmp_path / "m.exr", {name: pixels}))
    assert np.array_equal(mask.pixels, pixels)
    assert (mask.channel_read, mask.is_window_known, mask.depth) == (name, True, "float")


def test_a_roto_over_its_plate_is_the_alpha(tmp_path, save_exr):
    roto = _random(5, 7)
    mask = read_mask(save_exr(tmp_path / "m.exr", {"RGB": _random(5, 7, 3, seed=2), "A": roto}))
    assert np.array_equal(mask.pixels, roto)


def test_a_roto_in_rgb_with_a_solid_alpha_is_the_red(tmp_path, save_exr):
    roto = _random(5, 7)
    path = save_exr(tmp_path / "m.exr", {"RGB": np.dstack([roto] * 3), "A": np.ones((5, 7), np.float32)})
    assert read_mask(path).channel_read == "R"


def test_a_roto_that_has_left_the_frame_is_an_empty_alpha(tmp_path, save_exr):
    path = save_exr(tmp_path / "m.exr", {"RGB": _random(5, 7, 3), "A": np.zeros((5, 7), np.float32)})
    mask = read_mask(path)
    assert mask.channel_read == "A"
    assert not mask.pixels.any()


def test_colour_with_a_solid_alpha_is_refused_with_its_channels(tmp_path, save_exr):
    path = save_exr(tmp_path / "m.exr", {"RGB": _random(5, 7, 3), "A": np.ones((5, 7), np.float32)})
    with pytest.raises(ImageFileError, match="plainly a mask among A, B, G, R; name it"):
        read_mask(path)


def test_blenders_scalar_slot_wins_over_its_picture(tmp_path, save_exr):
    roto = _random(5, 7)
    path = save_exr(tmp_path / "m.exr", {"Image": _random(5, 7, 4, seed=2), "mask.V": roto})
    assert np.array_equal(read_mask(path).pixels, roto)


def test_a_mask_in_the_second_part_is_found_as_blender_5_writes_it(tmp_path, save_parts):
    roto, plate = _random(5, 7), np.dstack([_random(5, 7, 3, seed=2), np.ones((5, 7), np.float32)])
    path = save_parts(tmp_path / "m.exr", {"plate": {"RGBA": plate}, "mask": {"V": roto}})
    assert np.array_equal(read_mask(path).pixels, roto)


def test_the_only_layer_is_read_like_bare_channels(tmp_path, save_exr):
    roto = _random(5, 7)
    path = save_exr(tmp_path / "m.exr", {"roto": np.dstack([roto] * 4)})
    assert read_mask(path).channel_read == "roto.A"


@pytest.mark.parametrize("channel", ["core.V", "core", "core.v"])
def test_a_named_mask_is_found_by_channel_spelling_or_layer(tmp_path, save_exr, channel):
    core = _random(5, 7)
    path = save_exr(tmp_path / "m.exr", {"core.V": core, "edge.V": _random(5, 7, seed=2), "RGB": _random(5, 7, 3)})
    assert np.array_equal(read_mask(path, channel=channel).pixels, core)


@pytest.mark.parametrize("channel", ["edge", "edge.V"])
def test_a_named_mask_is_found_by_its_part(tmp_path, save_parts, channel):
    edge = _random(5, 7)
    path = save_parts(tmp_path / "m.exr", {"core": {"V": _random(5, 7, seed=2)}, "edge": {"V": edge}})
    assert np.array_equal(read_mask(path, channel=channel).pixels, edge)


@pytest.mark.parametrize("channel", ["alpha", "a", "A"])
def test_alpha_may_be_named_in_any_spelling(tmp_path, save_exr, channel):
    path = save_exr(tmp_path / "m.exr", {"RGB": _random(5, 7, 3), "A": np.ones((5, 7), np.float32)})
    assert read_mask(path, channel=channel).channel_read == "A"


def test_a_name_that_fits_several_channels_is_refused(tmp_path, save_parts):
    path = save_parts(tmp_path / "m.exr", {"core": {"V": _random(5, 7)}, "edge": {"V": _random(5, 7)}})
    with pytest.raises(ImageFileError, match="2 channels that V may mean among core/V, edge/V"):
        read_mask(path, channel="V")


def test_a_name_that_fits_nothing_is_refused_with_the_channels(tmp_path, save_exr):
    path = save_exr(tmp_path / "m.exr", {"RGB": _random(5, 7, 3)})
    with pytest.raises(ImageFileError, match="no channel garbage; it has B, G, R"):
        read_mask(path, channel="garbage")


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_nan_and_infinity_in_a_mask_are_replaced_and_counted(tmp_path, save_exr, dtype):
    pixels = _random(5, 7).astype(dtype)
    pixels[0, 0], pixels[1, 1], pixels[2, 2] = np.nan, np.inf, -np.inf
    mask = read_mask(save_exr(tmp_path / "m.exr", dict.fromkeys("RGBA", pixels)))
    assert mask.repaired_count == 3
    assert (mask.pixels[0, 0], mask.pixels[1, 1], mask.pixels[2, 2]) == (0, 65504, -65504)


def test_nan_that_red_green_and_blue_share_is_still_grey(tmp_path, save_exr):
    pixels = _random(5, 7)
    pixels[0, 0], pixels[1, 1] = np.nan, np.inf
    assert read_mask(save_exr(tmp_path / "m.exr", dict.fromkeys("RGB", pixels))).channel_read == "R"


PASSES = {
    "normals": ["N.X", "N.Y", "N.Z"],
    "positions": ["P.X", "P.Y", "P.Z"],
    "a pass of another renderer": ["worldPosition.X", "worldPosition.Y", "worldPosition.Z"],
    "motion": ["forward.u", "forward.v"],
    "texture coordinates": ["uv.u", "uv.v"],
    "any vector": ["whatever.u", "whatever.v"],
    "Blender's depth": ["Depth.V"],
    "Blender's mist": ["ViewLayer.Mist.V"],
    "depth": ["Z"],
    "numbers of objects": ["id.Y"],
}


@pytest.mark.parametrize("names", PASSES.values(), ids=PASSES.keys())
def test_a_pass_of_data_beside_the_mask_is_never_the_mask(tmp_path, save_exr, names):
    roto = _random(5, 7)
    passes = {name: _random(5, 7, seed=3 + index) for index, name in enumerate(names)}
    path = save_exr(tmp_path / "m.exr", {"RGB": _random(5, 7, 3, seed=2), "A": roto, **passes})
    mask = read_mask(path)
    assert (mask.channel_read, np.array_equal(mask.pixels, roto)) == ("A", True)
    assert mask.notes == ("m.exr: the mask is its channel A.",)


@pytest.mark.parametrize("names", [PASSES[name] for name in ("normals", "motion", "any vector")])
def test_passes_alone_are_refused_with_their_names(tmp_path, save_exr, names):
    path = save_exr(tmp_path / "m.exr", {name: _random(5, 7, seed=index) for index, name in enumerate(names)})
    with pytest.raises(ImageFileError, match=f"no channel that is plainly a mask among .*{names[0]}"):
        read_mask(path)


def test_several_masks_are_listed(tmp_path, save_exr):
    path = save_exr(tmp_path / "m.exr", {"hair.V": _random(5, 7), "body.V": _random(5, 7, seed=2)})
    with pytest.raises(ImageFileError, match=r"several channels that may be the mask \(.*hair\.V.*name one"):
        read_mask(path)


@pytest.mark.parametrize("kind", ["png", "exr"])
def test_a_drawn_trimap_wins_over_an_alpha_that_is_no_trimap(tmp_path, save_exr, kind):
    trimap = np.uint8([[0, 0, 128, 255, 255], [0, 128, 128, 128, 255]])
    alpha = np.uint8([[10, 20, 30, 40, 50], [60, 70, 80, 90, 100]])
    if kind == "png":
        cv2.imwrite(str(tmp_path / "m.png"), np.dstack([trimap] * 3 + [alpha]))
    else:
        grey = (trimap / 255).astype(np.float32)
        save_exr(tmp_path / "m.exr", {"RGB": np.dstack([grey] * 3), "A": (alpha / 255).astype(np.float32)})
    mask = read_mask(tmp_path / f"m.{kind}")
    assert mask.channel_read == "R"
    assert np.array_equal(np.rint(mask.pixels * 255), trimap)


def test_nan_in_a_mask_is_named(tmp_path, save_exr):
    pixels = _random(5, 7)
    pixels[2, 3] = np.nan
    (note,) = read_mask(save_exr(tmp_path / "m.exr", {"Y": pixels})).notes
    assert "1 pixels that are NaN" in note
