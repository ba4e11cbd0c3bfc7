"""The pictures of an experiment as one tensor on its device."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
import torch

from rmt_studio.errors import InputError
from rmt_studio.progress import no_progress

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from rmt_studio.progress import Progress

_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
_LARGEST_FILE = 2**30
_NEEDED = "name an .npz with x_train, y_train, x_test and y_test (n pictures of uint8, n labels)"
_STEPS = 5


@dataclass(frozen=True, eq=False)
class Pictures:
    """Training and test pictures, flat and standardised.

    Attributes:
        name: what a reader calls them.
        train: shape ``(n, inputs)``, float32.
        train_labels: shape ``(n,)``, int64.
        test: shape ``(m, inputs)``, float32.
        test_labels: shape ``(m,)``, int64.
        classes: how many there are.
    """

    name: str
    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor
    classes: int = 10

    @classmethod
    def of(
        cls, name: str, train: NDArray, train_labels: NDArray, test: NDArray, test_labels: NDArray
    ) -> Pictures:
        """Return pictures of any shape and unit, standardised by the training pictures.

        One mean and one standard deviation over all pixels of all training pictures.
        """
        flat = [
            torch.from_numpy(np.ascontiguousarray(part)).flatten(1).float()
            for part in (train, test)
        ]
        deviation, mean = torch.std_mean(flat[0])
        inputs = [(part - mean) / deviation.clamp(min=1e-12) for part in flat]
        labels = [
            torch.from_numpy(np.asarray(part).astype(np.int64))
            for part in (train_labels, test_labels)
        ]
        classes = int(max(part.max().item() for part in labels)) + 1
        return cls(name, inputs[0], labels[0], inputs[1], labels[1], classes)

    def take(self, train: int | None, test: int | None) -> Pictures:
        """Return the first pictures of a fixed random order, or all where None is asked.

        Raises:
            InputError: there are not as many.
        """
        kept = [
            _chosen(self.name, kind, wanted, *pair)
            for kind, wanted, pair in (
                ("training", train, (self.train, self.train_labels)),
                ("test", test, (self.test, self.test_labels)),
            )
        ]
        (x, y), (test_x, test_y) = kept
        return replace(self, train=x, train_labels=y, test=test_x, test_labels=test_y)

    def to(self, device: torch.device) -> Pictures:
        """Return the pictures on a device."""
        return replace(
            self,
            train=self.train.to(device),
            train_labels=self.train_labels.to(device),
            test=self.test.to(device),
            test_labels=self.test_labels.to(device),
        )

    def within(self, norm: float) -> Pictures:
        """Return the pictures scaled so that the longest training picture has that l2 norm."""
        factor = norm / self.train.norm(dim=1).max()
        return replace(self, train=self.train * factor, test=self.test * factor)

    @property
    def words(self) -> str:
        """The name with the numbers of pictures."""
        return f"{self.name}, {len(self.train):,} training and {len(self.test):,} test pictures"


def _chosen(
    name: str, kind: str, wanted: int | None, inputs: Tensor, labels: Tensor
) -> tuple[Tensor, Tensor]:
    if wanted is None:
        return inputs, labels
    if wanted > len(inputs):
        reason = f"has {len(inputs):,} {kind} pictures, {wanted:,} are asked for"
        raise InputError(name, reason, f"ask for at most {len(inputs):,}, or for all")
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))[:wanted]
    return inputs[order], labels[order]


def open_fashion_mnist(path: Path | None = None, progress: Progress = no_progress) -> Pictures:
    """Return Fashion-MNIST (Xiao, Rasul & Vollgraf 2017): 60,000 and 10,000 of 28 x 28.

    Args:
        path: an ``.npz`` with ``x_train y_train x_test y_test``; None takes torchvision's copy in
            the user's cache, downloading it first where it is not there yet.
        progress: called while it loads.

    Raises:
        InputError: the file will not do, or nothing could be downloaded.
    """
    progress(0, _STEPS, "read the pictures" if path else "find or download Fashion-MNIST")
    arrays = _downloaded() if path is None else _stored(path)
    progress(_STEPS - 1, _STEPS, "standardise")
    pictures = Pictures.of("Fashion-MNIST" if path is None else path.stem, *arrays)
    progress(_STEPS, _STEPS, "")
    return pictures


def _stored(path: Path) -> list[NDArray]:
    if not path.is_file():
        raise InputError(path, "is no file", _NEEDED)
    try:
        if path.stat().st_size > _LARGEST_FILE or not zipfile.is_zipfile(path):
            raise InputError(path, "is no .npz of a plausible size", _NEEDED)
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST_FILE:
                raise InputError(path, "unpacks to more than a gibibyte", _NEEDED)
        with np.load(path, allow_pickle=False) as stored:
            if missing := [name for name in _ARRAYS if name not in stored.files]:
                raise InputError(path, f"lacks {', '.join(missing)}", _NEEDED)
            arrays = [np.asarray(stored[name]) for name in _ARRAYS]
    except InputError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(path, f"cannot be read ({error})", _NEEDED) from error
    _check(path, arrays)
    return arrays


def _check(path: Path, arrays: list[NDArray]) -> None:
    """Refuse pictures and labels that do not belong together."""
    train, train_labels, test, test_labels = arrays
    for kind, inputs, labels in (
        ("training", train, train_labels),
        ("test", test, test_labels),
    ):
        if inputs.ndim < 2 or len(inputs) == 0 or labels.shape != (len(inputs),):
            reason = f"has {kind} pictures of shape {inputs.shape}, labels of {labels.shape}"
            raise InputError(path, reason, _NEEDED)
        if inputs.dtype.kind not in "uif" or labels.dtype.kind not in "ui":
            reason = f"has {kind} pictures of {inputs.dtype}, labels of {labels.dtype}"
            raise InputError(path, reason, _NEEDED)
        if not np.isfinite(inputs).all() or labels.min() < 0 or labels.max() >= 1000:
            reason = f"has {kind} pictures that are not finite, or labels outside 0 to 999"
            raise InputError(path, reason, _NEEDED)
    if train.shape[1:] != test.shape[1:]:
        reason = f"has training pictures of {train.shape[1:]}, test pictures of {test.shape[1:]}"
        raise InputError(path, reason, _NEEDED)


def _downloaded() -> list[NDArray]:
    from torchvision.datasets import FashionMNIST

    folder = Path(platformdirs.user_cache_dir("rmt-studio")) / "fashion-mnist"
    try:
        parts = [FashionMNIST(str(folder), train=train, download=True) for train in (True, False)]
    except (OSError, RuntimeError) as error:
        told = " ".join(str(error).split())  # torchvision's has lines
        reason = f"could not be downloaded to {folder} ({told})"
        next_step = f"connect to the internet once, or {_NEEDED}"
        raise InputError("Fashion-MNIST", reason, next_step) from error
    return [np.asarray(values) for part in parts for values in (part.data, part.targets)]
