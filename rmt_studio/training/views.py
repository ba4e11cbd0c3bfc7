"""Pictures as training sees them: timm's train transforms, the same for the same seed."""

from __future__ import annotations

from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any, cast

import torch
from timm.data.transforms_factory import create_transform
from torch.utils.data import Dataset

from rmt_studio.training.own_randomness import own_randomness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from PIL import Image
    from torch import Tensor

    from rmt_studio.data.images import ImageSet
    from rmt_studio.training.settings import FineTuning

_ORDER, _VIEW = 0, 1


class Views(Dataset):
    """Random views of the pictures of a set; a view depends on seed, epoch and place alone.

    The items of epoch e are asked for as ``e * len(views) + place``, so that decoding ahead may
    reach into the next epoch.
    """

    def __init__(
        self, images: ImageSet, data_config: Mapping[str, Any], settings: FineTuning
    ) -> None:
        """Prepare; nothing is decoded before it is asked for.

        Args:
            images: at least one.
            data_config: as of `timm.data.resolve_data_config`.
            settings: seed and transforms.
        """
        self._samples, self._seed = images.samples, settings.seed
        self._channels = int(data_config["input_size"][0])
        transform = create_transform(
            tuple(data_config["input_size"]),
            is_training=True,
            scale=settings.scale,
            ratio=settings.ratio,
            hflip=settings.hflip,
            vflip=settings.vflip,
            color_jitter=settings.color_jitter,  # pyright: ignore[reportArgumentType]
            auto_augment=settings.auto_augment,
            re_prob=settings.re_prob,
            interpolation=data_config.get("interpolation", "bicubic"),
            mean=data_config["mean"],
            std=data_config["std"],
        )
        self._transform = cast("Callable[[Image.Image], Tensor]", transform)

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        epoch, place = divmod(index, len(self))
        sample = self._samples[place]
        picture = sample.picture(self._channels)
        with own_randomness(self._seed, _VIEW, epoch, place):
            view = self._transform(picture)
        return view, sample.target

    def order(self, epoch: int, items: int, done: int = 0) -> Iterator[int]:
        """Yield the items of an epoch; every picture comes once before any comes again.

        Args:
            epoch: 0 for the first.
            items: how many; more than there are pictures go round again, in another order.
            done: how many of them to leave out at the start.
        """
        turns = (self._permutation(epoch, turn) for turn in count())
        return islice(chain.from_iterable(turns), done, items)

    def _permutation(self, epoch: int, turn: int) -> list[int]:
        with own_randomness(self._seed, _ORDER, epoch, turn):
            places = torch.randperm(len(self)).tolist()
        return [epoch * len(self) + place for place in places]
