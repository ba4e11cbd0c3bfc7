"""Run the lines that a person is given to load an export, as a stranger would, and compare logits.

Run as a script in a process of its own: ``python -P fresh_process.py SNIPPET REFERENCE``. It prints
one line of JSON. Nothing of rmt_studio is imported, by these lines or by the snippet: that the
file works without us is the point.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file


def measured(snippet: str, reference: str) -> dict[str, float]:
    """Return how far the logits of ``model`` are from those in the reference, and their scale.

    Args:
        snippet: a file of Python that defines ``model``.
        reference: a safetensors file with ``images``, the ``logits`` of the model in memory, and
            those of the same model with its weights ``rounded`` as the file rounds them. Without
            images it holds the tensors that ``stored`` should hold, to be compared one by one.
    """
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(Path(snippet).read_text(encoding="utf-8"), snippet, "exec"), space)  # noqa: S102
    given = load_file(reference)
    if "images" not in given:
        return {"different": _different(space["stored"], given)}
    with torch.inference_mode():
        logits = torch.as_tensor(space["model"](given["images"])).float()
    ours = [name for name in sys.modules if name.partition(".")[0] == "rmt_studio"]
    return {
        "from_memory": _largest(logits - given["logits"]),
        "from_rounded": _largest(logits - given["rounded"]),
        "scale": _largest(given["logits"]),
        "agreement": (logits.argmax(-1) == given["logits"].argmax(-1)).float().mean().item(),
        "own_modules": len(ours),
    }


def _different(stored: dict[str, torch.Tensor], given: dict[str, torch.Tensor]) -> int:
    """Return how many tensors are missing, not expected, or not equal in dtype and value."""
    wanted = {name.removeprefix("stored."): tensor for name, tensor in given.items()}
    same = (
        name in stored and stored[name].dtype == tensor.dtype and stored[name].equal(tensor)
        for name, tensor in wanted.items()
    )
    return len(wanted) - sum(same) + len(stored.keys() - wanted.keys())


def _largest(values: torch.Tensor) -> float:
    return values.abs().max().item()


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], sys.argv[2])))
