"""Endless views of a few images: seeded random crops and reflections, decoded once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional
from torchvision.transforms.v2 import functional as pictures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rmt_studio.data.images import ImageSet
    from rmt_studio.progress import Progress

_LARGEST = 1.5  # times the model's input: what is kept of a bigger picture's shorter side
_WIDEST_ASPECT = 4 / 3


class Crops:
    """Random views of an image set in a model's own input size and normalisation.

    A view is a crop of a random share of the picture's area, its aspect between 3/4 and 4/3, scaled
    to the input size, and reflected in half of the cases. Labels are not kept. What is drawn
    depends on the generator alone.
    """

    def __init__(
        self,
        images: ImageSet,
        data_config: Mapping[str, Any],
        smallest: float,
        progress: Progress,
    ) -> None:
        """Decode all pictures, as uint8, with shorter sides of 1.5 times the input at most.

        Args:
            images: any number of them.
            data_config: as of `timm.data.resolve_data_config`.
            smallest: least share of a picture's area, in (0, 1].
            progress: called between pictures; may raise `Cancelled`.

        Raises:
            InputError: a picture cannot be read.
        """
        self._channels, *size = data_config["input_size"]
        self._size, self._smallest = [int(side) for side in size], smallest
        self._mean = torch.tensor(data_config["mean"]).view(-1, 1, 1)
        self._std = torch.tensor(data_config["std"]).view(-1, 1, 1)
        self._pictures: list[torch.Tensor] = []
        for done, sample in enumerate(images.samples):
            progress(done, len(images), "reading the images")
            array = np.asarray(sample.picture(int(self._channels)))
            self._pictures.append(self._bounded(torch.from_numpy(np.atleast_3d(array).copy())))

    def __len__(self) -> int:
        return len(self._pictures)

    def draw(self, places: Sequence[int], generator: torch.Generator) -> torch.Tensor:
        """Return one view of each picture named, shape ``(places, channels, height, width)``."""
        return torch.stack([self._view(self._pictures[place], generator) for place in places])

    def _bounded(self, picture: torch.Tensor) -> torch.Tensor:
        picture = picture.permute(2, 0, 1)
        most = round(_LARGEST * max(self._size))
        if min(picture.shape[1:]) > most:
            picture = pictures.resize(picture, [most], antialias=True)
        return picture.contiguous()

    def _view(self, picture: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        area, aspect, down, right, reflect = torch.rand(5, generator=generator).tolist()
        height, width = picture.shape[1:]
        share = (self._smallest + (1 - self._smallest) * area) * height * width
        ratio = _WIDEST_ASPECT ** (2 * aspect - 1)
        tall = min(height, max(1, round(math.sqrt(share / ratio))))
        wide = min(width, max(1, round(math.sqrt(share * ratio))))
        top, left = round(down * (height - tall)), round(right * (width - wide))
        crop = picture[None, :, top : top + tall, left : left + wide].float() / 255
        view = functional.interpolate(crop, self._size, mode="bicubic", antialias=True)[0]
        view = (view.clamp(0, 1) - self._mean) / self._std
        return view.flip(-1) if reflect < 0.5 else view
