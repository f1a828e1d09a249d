"""Any picture, as a network for photos gets it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from classifier.ml import pixels

RNG = np.random.default_rng(8)
SMALL = RNG.integers(0, 256, (32, 32, 3), dtype=np.uint8)


def test_a_picture_of_the_data_set_passes_untouched() -> None:
    assert np.array_equal(pixels.photo(Image.fromarray(SMALL)), SMALL)


@pytest.mark.parametrize("size", [(64, 64), (256, 256), (320, 240), (240, 320), (1000, 800)])
@pytest.mark.parametrize("method", [Image.Resampling.NEAREST, Image.Resampling.BICUBIC])
def test_enlarged_and_stretched_it_comes_back(size: tuple[int, int], method: Image.Resampling) -> None:
    smooth = Image.fromarray(SMALL).resize((8, 8), Image.Resampling.BOX).resize((32, 32), Image.Resampling.BICUBIC)
    found = pixels.photo(smooth.resize(size, method))
    assert np.abs(found.astype(int) - np.asarray(smooth)).mean() < 4


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (33, 31), (2048, 90)])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_any_size_gives_a_picture(size: tuple[int, int], mode: str) -> None:
    found = pixels.photo(Image.new(mode, size, "white"))
    assert found.shape == (32, 32, 3)
    assert found.dtype == np.uint8
    assert found.min() == 255


def test_what_is_longer_than_four_to_three_loses_its_ends() -> None:
    wide = Image.new("RGB", (300, 100), "blue")
    wide.paste("red", (90, 0, 210, 100))
    assert (pixels.photo(wide)[:, 4:-4] == (255, 0, 0)).all()


def test_fine_patterns_are_averaged_not_sampled() -> None:
    stripes = np.zeros((512, 512, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(pixels.photo(Image.fromarray(stripes)).astype(int) - 127).max() < 6


def test_one_colour_shows_nothing() -> None:
    assert pixels.is_plain(np.full((32, 32, 3), 90, dtype=np.uint8))
    assert not pixels.is_plain(SMALL)
