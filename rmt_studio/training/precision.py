"""In which numbers products are taken; parameters, gradients and moments stay float32."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch

from rmt_studio.models.devices import computes_bfloat16

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Precision:
    """Autocast, and the scaling of losses that float16 needs (Micikevicius et al., 2018)."""

    def __init__(self, named: str, device: torch.device) -> None:
        self._device = device
        self.dtype = _dtype(named, device)
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.dtype == torch.float16)

    def products(self) -> AbstractContextManager[object]:
        """Return the context that forward passes run in."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self._device.type, self.dtype)


def _dtype(named: str, device: torch.device) -> torch.dtype:
    if named != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[
            named
        ]
    if computes_bfloat16(device):
        return torch.bfloat16
    return torch.float16 if device.type == "cuda" else torch.float32
