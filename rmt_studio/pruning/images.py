"""Calibration images on their way into a model, decoded once where memory allows."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel

DEFAULT_BATCH = 8
KEPT_BYTES = 2**28
"""Of decoded images, at most: 445 of three channels and 224 by 224 pixels, in float32."""

_THREADS = min(4, os.cpu_count() or 1)


class CalibrationBatches:
    """The images of a set as one model takes them, batch by batch, as often as asked.

    The first so many as fit ``keep`` bytes are decoded once and kept.
    """

    def __init__(
        self,
        model: LoadedModel,
        images: ImageSet,
        batch_size: int = DEFAULT_BATCH,
        keep: int = KEPT_BYTES,
    ) -> None:
        if batch_size < 1:
            raise InputError("batch size", f"{batch_size} is below 1", "give 1 or more")
        self.images = images
        self._size, self._room = batch_size, keep
        self._dataset = images.with_transform(model.data_config)
        like = next(model.module.parameters())
        self._device, self._dtype = like.device, like.dtype
        self._kept: dict[int, Tensor] = {}

    @property
    def shape(self) -> torch.Size:
        """(channels, height, width) of an image as the model takes it."""
        return self._decoded(0).shape

    @classmethod
    def of(
        cls,
        model: LoadedModel,
        images: ImageSet | CalibrationBatches,
        batch_size: int = DEFAULT_BATCH,
        keep: int = KEPT_BYTES,
    ) -> CalibrationBatches:
        """Return what is a stream of batches already, or make one of the set.

        Raises:
            InputError: the batch size is below 1.
        """
        if isinstance(images, CalibrationBatches):
            return images
        return cls(model, images, batch_size, keep)

    def each(self, *, limit: int | None = None) -> Iterator[tuple[int, int, Tensor]]:
        """Yield batches spread evenly over the set.

        Args:
            limit: how many images at most; all by default.

        Yields:
            The number of images before the batch, the number of all, and the batch on the device
            of the model, of its dtype.

        Raises:
            InputError: there are no images, or one cannot be read.
        """
        have = len(self.images)
        count = have if limit is None else min(limit, have)
        if count < 1:
            reason = "gives no images to calibrate with"
            raise InputError(self.images.name, reason, "give one or more")
        chosen = iter([index * have // count for index in range(count)])
        done = 0
        with ThreadPoolExecutor(_THREADS) as decoders:
            while places := list(islice(chosen, self._size)):
                batch = torch.stack(list(decoders.map(self._decoded, places)))
                yield done, count, batch.to(self._device, self._dtype)
                done += len(places)

    def _decoded(self, place: int) -> Tensor:
        known = self._kept.get(place)
        if known is not None:
            return known
        image = self._dataset[place][0]
        if (len(self._kept) + 1) * image.nbytes <= self._room:
            self._kept[place] = image
        return image
