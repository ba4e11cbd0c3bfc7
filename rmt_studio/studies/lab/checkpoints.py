"""Weights of a network in training as a folder that opens as a series of checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safetensors.torch import save_file

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.studies.lab.network import FullyConnected


def keep(network: FullyConnected, folder: Path | None, epoch: int) -> None:
    """Write ``epoch-0004.safetensors`` with tensors such as ``layers.0.weight``.

    Nothing is done without a folder.

    Raises:
        InputError: the folder or the file cannot be written.
    """
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"cannot be made ({error.strerror or error})"
        raise InputError(folder, reason, "choose another folder") from error
    tensors = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    with atomic_write(folder / f"epoch-{epoch:04d}.safetensors", durable=False) as beside:
        save_file(tensors, beside, metadata={"format": "pt", "epoch": str(epoch)})
