"""Small image folders."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def image_folder(tmp_path):
    """Return a function that makes a folder of the named files, each a small random picture."""

    def make(*names: str):
        generator = np.random.default_rng(0)
        for name in names:
            file = tmp_path / "pictures" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            pixels = generator.integers(0, 256, (12, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(file)
        return tmp_path / "pictures"

    return make
