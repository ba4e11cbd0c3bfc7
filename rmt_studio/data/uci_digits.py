"""The UCI handwritten digits that scikit-learn ships, cut in two once and for all.

Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, 1998, CC BY 4.0; scikit-learn holds its 1,797 test images of 8 x 8 pixels
with grey values 0 to 16.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np

Part = Literal["train", "test"]

DIGITS_SEED = 20261
TEST_SHARE = 0.2
WHITE = 16.0


@cache
def digit_arrays(part: Part) -> tuple[np.ndarray, np.ndarray]:
    """Return the images (N, 8, 8) as uint8 grey values 0 to 255 and the labels (N,) as int64.

    The split is stratified and seeded: the test part holds 360 images, the training part the
    other 1,437, in the same order on every machine.
    """
    # scikit-learn takes a second to import, which no window without digits should wait for
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    bunch: Any = load_digits()
    order = np.arange(len(bunch.target))
    train, test = train_test_split(
        order, test_size=TEST_SHARE, stratify=bunch.target, random_state=DIGITS_SEED
    )
    chosen = np.sort(train if part == "train" else test)
    grey = np.rint(bunch.images[chosen] * (255.0 / WHITE)).astype(np.uint8)
    return grey, bunch.target[chosen].astype(np.int64)
