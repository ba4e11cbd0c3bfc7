"""Small folders of checkpoints whose spectra are known: noise with a signal that grows."""

from __future__ import annotations

import json

import torch
from safetensors.torch import save_file

SHAPES = {"0.weight": (60, 40), "2.weight": (24, 60)}


def state(share: float, shapes=None, seed: int = 1):
    """Return a state dict: unit noise, and in the first matrix a rank one signal of that share."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {
        name: torch.randn(shape, generator=generator) for name, shape in (shapes or SHAPES).items()
    }
    first = next(iter(tensors))
    out, inputs = tensors[first].shape
    tensors[first] += share * torch.ones(out, inputs)
    return {**tensors, "0.bias": torch.zeros(out)}


def write_series(folder, steps=(1, 2, 10), name="epoch_{}.pth"):
    """Write one checkpoint per step; the signal is a tenth of the step."""
    folder.mkdir(parents=True, exist_ok=True)
    for step in steps:
        path = folder / name.format(step)
        path.parent.mkdir(parents=True, exist_ok=True)
        tensors = state(step / 10)
        if path.suffix == ".safetensors":
            save_file(tensors, path)
        else:
            torch.save(tensors, path)
    return folder


def write_folders(folder, steps=(100, 200, 1000)):
    """Write ``checkpoint-N`` folders as training programs leave them."""
    write_series(folder, steps, "checkpoint-{}/model.safetensors")
    for step in steps:
        inside = folder / f"checkpoint-{step}"
        torch.save({"state": {}, "lr": 0.1}, inside / "optimizer.pt")
        (inside / "config.json").write_text(json.dumps({"model_type": "something else"}))
    return folder
