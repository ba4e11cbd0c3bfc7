"""What every export format offers, and what it is given."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import torch

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor, nn

    from rmt_studio.models.loaded_model import LoadedModel
    from rmt_studio.progress import Progress

Dtype = Literal["fp32", "fp16", "bf16"]
DTYPES: dict[str, torch.dtype] = {
    "fp32": torch.float32,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
}


@dataclass(frozen=True)
class Options:
    """What a person chooses beside the format.

    Attributes:
        dtype: of the floating tensors in the file.
        zstd: whether tensors that zstd makes smaller are packed with it, where the format can.
    """

    dtype: str = "fp32"
    zstd: bool = True


@dataclass(frozen=True)
class Subject:
    """What is to be written.

    Attributes:
        model: the network.
        options: dtype and packing.
        metadata: text that travels in the file: recipe, source, hash, version, accuracy.
        instead: another network in place of the model's own, such as its factored form.
        opened: the model that a person has, where ``model`` was made from it for the format.
    """

    model: LoadedModel
    options: Options = Options()
    metadata: dict[str, str] = field(default_factory=dict)
    instead: nn.Module | None = None
    opened: LoadedModel | None = None

    @property
    def module(self) -> nn.Module:
        """The network to write."""
        return self.instead if self.instead is not None else self.model.module

    @property
    def dtype(self) -> torch.dtype:
        """The type of the floating tensors in the file."""
        return DTYPES[self.options.dtype]

    def with_module(self, module: nn.Module) -> Subject:
        """Return the same with another network in place of the model's own."""
        return replace(self, instead=module)

    def tensors(self) -> dict[str, Tensor]:
        """Return the state dict in the file's dtype, on the CPU; integers as they are.

        Raises:
            InputError: a value is too large for the dtype.
        """
        state = self.module.state_dict()
        return {name: self._rounded(name, tensor.detach().cpu()) for name, tensor in state.items()}

    def _rounded(self, name: str, tensor: Tensor) -> Tensor:
        if not tensor.is_floating_point():
            return tensor
        rounded = tensor.to(self.dtype)
        if not rounded.isfinite().all() and tensor.isfinite().all():
            reason = f"holds values too large for {self.options.dtype}"
            raise InputError(name, reason, "choose bf16 or fp32")
        return rounded


def rounded_copy(subject: Subject) -> nn.Module:
    """Return a copy of the network whose weights went through the subject's dtype."""
    module = copy.deepcopy(subject.module).cpu()
    module.load_state_dict(subject.tensors())
    return module


def dense_bytes(subject: Subject) -> int:
    """Return the bytes of all tensors written out in the subject's dtype."""
    module = subject.instead or subject.model.layout  # told without reading its values
    state = module.state_dict().values()
    size = subject.dtype.itemsize
    return sum(t.numel() * (size if t.is_floating_point() else t.element_size()) for t in state)


@dataclass(frozen=True)
class Format:
    """One way to write a model.

    Attributes:
        key: its name in commands and metadata.
        label: its name in the window.
        gives: one line on what it is good for.
        suffix: of the file; empty where it is a folder.
        dtypes: those that it can be written in, the usual one first.
        write: writes the file, or fills the folder, at a path that nobody else uses.
        snippet: lines of Python that load it from a path as ``model``, without this package.
        loads_with: what those lines import beside the standard library.
        content_bytes: how many bytes it will take, headers aside, before it is written; None where
            only writing tells. Like ``write`` it raises `InputError` where the model is nothing
            for this format. It may take seconds.
        runs: whether it needs a network of known architecture, and not a bare state dict.
        packs: whether zstd is a choice.
        own_layers: whether it takes a network with layers that timm's does not have, such as a
            factored one.
        rounded: the network in memory with its numbers rounded as the file rounds them; what a
            16-bit file has to agree with.
        extra: the optional extra of the distribution that writing needs; empty for none.
        needs: modules of that extra.
    """

    key: str
    label: str
    gives: str
    suffix: str
    dtypes: tuple[str, ...]
    write: Callable[[Subject, Path, Progress], None]
    snippet: Callable[[Subject, str], str]
    loads_with: tuple[str, ...]
    content_bytes: Callable[[Subject], int | None]
    runs: bool = True
    packs: bool = False
    own_layers: bool = False
    rounded: Callable[[Subject], nn.Module] = rounded_copy
    extra: str = ""
    needs: tuple[str, ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether a folder is written and not one file."""
        return not self.suffix
