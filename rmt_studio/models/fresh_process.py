"""Load an exported file as a stranger would, with timm and safetensors alone, and compare logits.

Run as a script in a process of its own: ``python -P fresh_process.py EXPORT REFERENCE``. It prints
one line of JSON. Nothing of rmt_studio is imported: that the file works without us is the point.
"""

from __future__ import annotations

import json
import sys

import timm
import torch
from safetensors import safe_open
from safetensors.torch import load_file


def largest_difference(export: str, reference: str) -> tuple[float, float]:
    """Return the largest absolute difference of a logit, and the largest absolute logit.

    Args:
        export: the file; its metadata say what to build.
        reference: a safetensors file with ``images`` and the ``logits`` they should give.
    """
    with safe_open(export, framework="pt") as file:
        metadata = file.metadata()
    arguments = json.loads(metadata["model_args"])
    module = timm.create_model(metadata["architecture"], pretrained=False, **arguments).eval()
    module.load_state_dict(load_file(export), strict=True)
    expected = load_file(reference)
    with torch.inference_mode():
        logits = module(expected["images"])
    difference = (logits - expected["logits"]).abs().max().item()
    return difference, expected["logits"].abs().max().item()


if __name__ == "__main__":
    difference, scale = largest_difference(sys.argv[1], sys.argv[2])
    print(json.dumps({"difference": difference, "scale": scale}))
