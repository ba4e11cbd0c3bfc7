"""Which class index a folder name stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from timm.data.imagenet_info import ImageNetInfo, infer_imagenet_subset

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

ILSVRC2012 = 1000
SYNSET = re.compile(r"n\d{8}")


def class_names(thing: object, folders: Sequence[str], num_classes: int | None) -> tuple[str, ...]:
    """Return the class name of every index, for images in class ``folders``.

    Folders named by ImageNet synsets (``n01440764``) take the synset's place among the 1,000 of
    ILSVRC2012, or among the larger ImageNet that has ``num_classes`` classes, also when only some
    folders are present. Exactly ``num_classes`` folders that fill a head of another size, and
    all other folders, count in sorted order.

    Args:
        thing: what a message calls the folder of images.
        folders: the names of the class folders.
        num_classes: the outputs of the model, or None when any number will do.

    Raises:
        InputError: when synsets and other names are mixed, a synset is unknown, or the number of
            classes is not the model's.
    """
    places = tuple(sorted(folders))
    synsets = [name for name in places if SYNSET.fullmatch(name)]
    if not synsets:
        return _expect(thing, places, num_classes)
    if len(synsets) < len(places):
        other = next(name for name in places if name not in synsets)
        reason = f"mixes ImageNet synsets ({synsets[0]}, ...) with other folders ({other})"
        raise InputError(thing, reason, "keep class folders of one kind")
    subset = infer_imagenet_subset({"num_classes": num_classes or ILSVRC2012})
    if subset is None:
        return _expect(thing, places, num_classes)
    return _among(thing, places, subset)


def _among(thing: object, synsets: Sequence[str], subset: str) -> tuple[str, ...]:
    names = tuple(ImageNetInfo(subset).label_names())
    unknown = sorted(set(synsets) - set(names))
    if unknown:
        reason = f"{len(unknown)} of its folders are no class of {subset}, such as {unknown[0]}"
        raise InputError(thing, reason, f"keep folders named by synsets of {subset}")
    return names


def _expect(thing: object, places: tuple[str, ...], num_classes: int | None) -> tuple[str, ...]:
    if num_classes is not None and num_classes != len(places):
        reason = f"has {len(places)} class folders, but the model tells {num_classes} classes apart"
        raise InputError(thing, reason, "give the folder that holds one sub-folder per class")
    return places
