"""Sets of labelled images: a folder with one sub-folder per class, and the built-in digits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast

from PIL import Image
from timm.data.transforms_factory import create_transform
from torch.utils.data import Dataset

from rmt_studio.data.classes import SYNSET, class_names
from rmt_studio.data.decoding import convert, decode
from rmt_studio.data.uci_digits import Part, digit_arrays
from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    from torch import Tensor

    Transform = Callable[[Image.Image], Tensor]

JPEG_AND_PNG = (".jpg", ".jpeg", ".jpe", ".jp2", ".png")
OTHER_SUFFIXES = (".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pnm")
UNLABELLED = ("unlabelled",)
"""The class names of images whose classes nobody knows."""

SUFFIXES = frozenset((*JPEG_AND_PNG, *OTHER_SUFFIXES))


@dataclass(frozen=True, eq=False)
class Sample:
    """One image and the index of its class.

    ``name`` tells it from all others of its set on any machine (``n01440764/a.jpg``); ``source``
    is the file, or the grey values (H, W) uint8 of a built-in image.
    """

    name: str
    target: int
    source: Path | np.ndarray

    def picture(self, channels: int = 3) -> Image.Image:
        """Return the image with 1 (grey) or 3 (RGB) channels; `InputError` names a bad file."""
        if isinstance(self.source, Path):
            return decode(self.source, channels)
        return convert(Image.fromarray(self.source), channels)


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images in a fixed order. Nothing is decoded before it is asked for."""

    name: str
    kind: Literal["folder", "digits"]
    samples: tuple[Sample, ...]
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def has_labels(self) -> bool:
        """Whether the classes of the images are known."""
        return self.class_names != UNLABELLED

    def with_transform(self, data_config: Mapping[str, Any]) -> TransformedImages:
        """Return a torch ``Dataset`` of (tensor CHW float32, class index int).

        Args:
            data_config: as of `timm.data.resolve_data_config`.
        """
        return TransformedImages(self.samples, data_config)


class TransformedImages(Dataset):
    """The samples as a model with ``data_config`` takes them."""

    def __init__(self, samples: tuple[Sample, ...], data_config: Mapping[str, Any]) -> None:
        self.samples = samples
        self.channels = int(data_config["input_size"][0])
        self.transform = transform_for(data_config)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        sample = self.samples[index]
        return self.transform(sample.picture(self.channels)), sample.target


def transform_for(data_config: Mapping[str, Any]) -> Transform:
    """Return timm's evaluation transform of the model: a picture to a tensor CHW float32.

    The picture is first made grey or RGB as ``data_config["input_size"][0]`` asks.
    """
    channels = int(data_config["input_size"][0])
    timm_transform = cast("Transform", create_transform(**data_config, is_training=False))
    return lambda picture: timm_transform(convert(picture, channels))


def digits(part: Part = "test") -> ImageSet:
    """Return the held-out fifth or the training part of the UCI handwritten digits.

    See `rmt_studio.data.uci_digits` for the source; the images are 8 x 8 and grey.
    """
    samples = (
        Sample(f"{part}/{place:04d}", int(label), grey)
        for place, (grey, label) in enumerate(zip(*digit_arrays(part), strict=True))
    )
    return ImageSet(f"digits ({part})", "digits", tuple(samples), tuple("0123456789"))


def open_images(path: str | Path, *, num_classes: int | None = None) -> ImageSet:
    """List the images of a folder that holds one sub-folder per class.

    The class index follows `rmt_studio.data.classes.class_names`: the place in ILSVRC2012 where
    the sub-folders are named by synsets, else the sorted place. Images lie at any depth under
    their class; hidden files and folders are passed over. No image is opened here: one that
    cannot be read raises `InputError` when its turn comes.

    Args:
        path: the folder.
        num_classes: the outputs of the model that will read the images, when known.

    Raises:
        InputError: no such folder, no class folders, no images, or a class index in doubt.
    """
    root = Path(path).expanduser()
    folders = _class_folders(root)
    names = class_names(root, [folder.name for folder in folders], num_classes)
    index = {name: place for place, name in enumerate(names)}
    samples = tuple(
        Sample(file.relative_to(root).as_posix(), index[folder.name], file)
        for folder in folders
        for file in _image_files(folder)
    )
    if not samples:
        raise InputError(root, "holds no images in its class folders", "give another folder")
    return ImageSet(root.resolve().name, "folder", samples, names)


def _class_folders(root: Path) -> list[Path]:
    if not os.path.isdir(root):
        reason = "is no folder" if os.path.exists(root) else "does not exist"
        raise InputError(root, reason, "give the folder that holds one sub-folder per class")
    try:
        folders = sorted(f for f in root.iterdir() if f.is_dir() and not f.name.startswith("."))
        _refuse_splits(root, folders)
    except OSError as denied:
        _refuse_unreadable(denied)
    if not folders:
        raise InputError(root, "has no sub-folders", "put the images in one sub-folder per class")
    return folders


def _refuse_splits(root: Path, folders: list[Path]) -> None:
    """Refuse a folder of train and val, each with synset folders: one level too high."""
    if not folders or SYNSET.fullmatch(folders[0].name):
        return
    inner = next((f for f in folders[0].iterdir() if f.is_dir()), None)
    if inner is not None and SYNSET.fullmatch(inner.name):
        parts = ", ".join(folder.name for folder in folders[:3])
        raise InputError(root, f"holds the parts {parts}, each with classes", "give one of them")


def _image_files(folder: Path) -> Iterator[Path]:
    for parent, inner, names in os.walk(folder, onerror=_refuse_unreadable):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES:
                yield Path(parent, name)


def _refuse_unreadable(error: OSError) -> NoReturn:
    reason = f"cannot be listed ({error.strerror})"
    raise InputError(error.filename, reason, "grant reading or remove the folder") from error
