"""What the numbers of a study depend on, so that only fitting ones are used again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

import rmt_studio
from rmt_studio.evaluation.accuracy import spread
from rmt_studio.spectra import BULK_METHODS, DEFAULT_METHOD

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from rmt_studio.analysis import Analysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel

_SHOWN = 12  # letters of a hash
_NONE = "none"


@dataclass(frozen=True)
class Identity:
    """Model, images and settings of a study; equal identities give equal rows.

    Attributes:
        version: of this program.
        model: its title and the hash of its weights.
        images: name, number and hash of the images evaluated on.
        calibration: the same of the calibration images; "none" without.
        bulk_fit: the estimator of the edges and its options.
        seed: of the methods that draw at random.
    """

    version: str
    model: str
    images: str
    calibration: str
    bulk_fit: str
    seed: int

    @classmethod
    def of(
        cls,
        model: LoadedModel,
        images: ImageSet,
        *,
        calibration: ImageSet | None = None,
        limit: int | None = None,
        seed: int = 0,
        analysis: Analysis | None = None,
    ) -> Identity:
        """Return the identity of a study.

        Args:
            model: hashed by its weights, architecture and image transform, not by its file.
            images: hashed by the names, classes and sizes of those that ``limit`` leaves.
            calibration: hashed likewise, all of them.
            limit: at most so many images, as `evaluate` spreads them.
            seed: of the methods.
            analysis: where given, its bulk fit counts; else the default one.
        """
        return cls(
            version=rmt_studio.__version__,
            model=f"{model.title}, {model_hash(model)[:_SHOWN]}",
            images=images_identity(images, spread(len(images), limit)),
            calibration=_calibration_identity(calibration),
            bulk_fit=_bulk_fit(analysis),
            seed=seed,
        )

    def record(self) -> dict[str, Any]:
        """Return the identity as plain JSON values."""
        return asdict(self)

    def differences(self, earlier: dict[str, Any]) -> list[str]:
        """Return in words where an earlier record differs, one entry for each part."""
        named = ((part.name, getattr(self, part.name)) for part in fields(self))
        return [
            f"{name.replace('_', ' ')} ({earlier.get(name, 'unknown')}; now {value})"
            for name, value in named
            if earlier.get(name) != value
        ]


def model_hash(model: LoadedModel, tick: Callable[[], None] = lambda: None) -> str:
    """Return the SHA-256 of weights, architecture and image transform of a model.

    ``tick`` is called between tensors and may raise `Cancelled`.
    """
    digest = hashlib.sha256()
    config = json.dumps(model.data_config, sort_keys=True, default=str)
    digest.update(f"{model.architecture}\n{config}\n".encode())
    for name, tensor in model.module.state_dict().items():
        tick()
        values = tensor.detach().cpu().contiguous()
        digest.update(f"{name} {values.dtype} {tuple(values.shape)}\n".encode())
        digest.update(values.flatten().view(dtype=torch.uint8).numpy().data)
    return digest.hexdigest()


def images_identity(images: ImageSet, order: list[int]) -> str:
    """Return name, number and hash of the images at these places."""
    digest = hashlib.sha256()
    for place in order:
        sample = images.samples[place]
        digest.update(f"{sample.name}\t{sample.target}\t{_size(sample.source)}\n".encode())
    return f"{images.name}, n = {len(order)}, {digest.hexdigest()[:_SHOWN]}"


def _calibration_identity(calibration: ImageSet | None) -> str:
    if calibration is None:
        return _NONE
    return images_identity(calibration, list(range(len(calibration))))


def _size(source: Path | np.ndarray) -> str:
    """Return the bytes of a file, 0 where it is gone, or the hash of an image in memory."""
    if not isinstance(source, Path):
        return hashlib.sha256(source.tobytes()).hexdigest()
    try:
        return str(source.stat().st_size)
    except OSError:
        return "0"


def _bulk_fit(analysis: Analysis | None) -> str:
    if analysis is not None and len(analysis):
        method, options = analysis[0].fit.method, dict(analysis[0].fit.options)
    else:
        method, options = DEFAULT_METHOD, dict(BULK_METHODS[DEFAULT_METHOD].defaults)
    named = ", ".join(f"{name} {value:g}" for name, value in sorted(options.items()))
    return f"{method} ({named})" if named else method
