"""What each layer's inputs look like: a sample of them, taken while images pass through."""

from __future__ import annotations

import copy
import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import torch
from torch import nn

from rmt_studio.data.images import SUFFIXES, UNLABELLED, ImageSet, Sample
from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from rmt_studio.models.loading import LoadedModel

TOKENS = 128
IMAGES = 32


def calibration_images(folder: str | Path) -> ImageSet:
    """List the images of a folder, at any depth, in the order of their names; no labels needed.

    Hidden files and folders are passed over. No image is opened here: one that cannot be read
    raises `InputError` when its turn comes.

    Raises:
        InputError: no such folder, one that cannot be listed, or no images in it.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        reason = "is no folder" if root.exists() else "does not exist"
        raise InputError(root, reason, "give a folder of images to calibrate with")
    files = sorted(_images_below(root))
    if not files:
        raise InputError(root, "holds no images to calibrate with", "give another folder")
    samples = (Sample(file.relative_to(root).as_posix(), 0, file) for file in files)
    return ImageSet(root.resolve().name, "folder", tuple(samples), UNLABELLED)


def _images_below(root: Path) -> list[Path]:
    def refuse(error: OSError) -> NoReturn:
        reason = f"cannot be listed ({error.strerror})"
        raise InputError(error.filename, reason, "grant reading or remove it") from error

    found: list[Path] = []
    for parent, inner, names in os.walk(root, onerror=refuse):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        shown = (name for name in names if not name.startswith("."))
        found += [Path(parent, n) for n in shown if os.path.splitext(n)[1].lower() in SUFFIXES]
    return found


def sample_inputs(
    model: LoadedModel,
    images: ImageSet,
    *,
    tokens: int = TOKENS,
    limit: int = IMAGES,
    seed: int = 0,
    progress: Progress = no_progress,
) -> dict[str, torch.Tensor]:
    """Return inputs of every linear layer, as the dense model sees them on unlabelled images.

    From each of ``limit`` images spread evenly over the set, an equal number of tokens is drawn
    with a seeded generator.

    Args:
        model: the dense model; a copy that shares its tensors runs, so others may use it meanwhile.
        images: where to draw from; labels are not looked at.
        tokens: columns of each sample.
        limit: how many images at most.
        seed: of the drawing.
        progress: called between images; may raise `Cancelled`.

    Returns:
        By name of the parameter, such as ``blocks.0.mlp.fc1.weight``: float32 (in, tokens).

    Raises:
        InputError: an image cannot be read.
    """
    module = sharing_copy(model.module)
    dataset = images.with_transform(model.data_config)
    count = min(limit, len(images))
    chosen = [index * len(images) // count for index in range(count)]
    sampler = _Sampler(module, -(-tokens // count), seed)
    with torch.inference_mode():
        for done, index in enumerate(chosen):
            progress(done, count, "sampling the inputs of each layer")
            module(dataset[index][0].unsqueeze(0))
    return sampler.result(tokens)


class _Sampler:
    """Forward hooks that keep a few input vectors of each linear layer per image."""

    def __init__(self, module: nn.Module, per_image: int, seed: int) -> None:
        self._per_image = per_image
        self._generator = torch.Generator().manual_seed(seed)
        self._kept: dict[str, list[torch.Tensor]] = {}
        for name, part in module.named_modules():
            if isinstance(part, nn.Linear):
                self._kept[f"{name}.weight"] = []
                part.register_forward_pre_hook(self._keeper(f"{name}.weight"))

    def _keeper(self, name: str):  # noqa: ANN202 - the hook's type is torch's
        def keep(_module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            rows = inputs[0].reshape(-1, inputs[0].shape[-1])
            drawn = torch.randint(len(rows), (self._per_image,), generator=self._generator)
            self._kept[name].append(rows[drawn].float())

        return keep

    def result(self, tokens: int) -> dict[str, torch.Tensor]:
        """Return the samples of the layers that were reached."""
        return {
            k: torch.cat(rows)[:tokens].mT.contiguous() for k, rows in self._kept.items() if rows
        }


def sharing_copy(module: nn.Module) -> nn.Module:
    """Return a copy in eval mode that has hooks of its own and the module's own tensors."""
    tensors = chain(module.parameters(), module.buffers())
    return copy.deepcopy(module, memo={id(tensor): tensor for tensor in tensors}).eval()
