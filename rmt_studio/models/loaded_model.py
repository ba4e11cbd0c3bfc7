"""A network in memory, with where it came from and the matrices it is made of."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from torch import Tensor, nn

    from rmt_studio.models.layers import Layer

UNKNOWN = "unknown"
"""The architecture of a model that is a state dict and nothing else."""


@dataclass(frozen=True)
class Source:
    """Where a model came from.

    Attributes:
        kind: timm's own weights, a checkpoint file, a folder, or the embedded demo.
        location: what was asked for: a name or a path.
        sha256: of the weights file, or of the list of them; None where timm fetched the weights
            and kept no file.
        file: the weights file; of several, their index.
        files: all files that hold weights, the index too.
    """

    kind: Literal["pretrained", "checkpoint", "folder", "demo"]
    location: str
    sha256: str | None = None
    file: Path | None = None
    files: tuple[Path, ...] = ()


@dataclass
class LoadedModel:
    """A network in evaluation mode, float32, on the CPU.

    One that `load_model` opened is a `StoredModel`, which may leave its tensors in the file until
    `module` is asked for; `layout` and `weight` do without that.

    Attributes:
        module: the network.
        architecture: timm's name of it, or `UNKNOWN`.
        source: where it came from.
        layers: its weight matrices in the order of the model.
        data_config: how images become its input: ``input_size`` (channels, height, width),
            ``mean``, ``std``, ``interpolation``, ``crop_pct``, ``crop_mode``.
        provenance: what an export says about itself, as text: ``architecture``, ``model_args`` and
            ``data_config`` (JSON), ``source``, ``source_sha256``; what is done to the model adds
            to it. No paths: the same inputs give the same bytes on every machine.
    """

    module: nn.Module
    architecture: str
    source: Source
    layers: tuple[Layer, ...]
    data_config: dict[str, Any]
    provenance: dict[str, str] = field(default_factory=dict)

    @property
    def layout(self) -> nn.Module:
        """The network for what can be told without its values, which may not be there."""
        return self.module

    @property
    def can_run(self) -> bool:
        """Whether it can be evaluated: its architecture is known."""
        return self.architecture != UNKNOWN

    @property
    def arguments(self) -> dict[str, Any]:
        """What timm needs beside the architecture to build it."""
        return json.loads(self.provenance.get("model_args", "{}"))

    def read(self, progress: Progress = no_progress) -> None:
        """Have the whole network in memory, as `module` does, but so that it can be cancelled.

        Raises:
            InputError: the file changed, or holds values that are not finite.
        """

    @property
    def title(self) -> str:
        """Short name to show."""
        if self.source.kind == "folder":
            return Path(self.source.location).resolve().name
        if not self.can_run:
            return Path(self.source.location).stem
        return "demo" if self.source.kind == "demo" else self.architecture

    @cached_property
    def parameter_count(self) -> int:
        """Number of parameters; those that several modules share count once."""
        return sum(parameter.numel() for parameter in self.layout.parameters())

    @property
    def num_classes(self) -> int | None:
        """Number of outputs of the classifier; None where the network does not say."""
        found = getattr(self.layout, "num_classes", None)
        return found if isinstance(found, int) else None

    @property
    def block_parameter_count(self) -> int:
        """Number of entries in the attention and MLP matrices of the blocks."""
        return sum(layer.size for layer in self.layers if layer.in_block)

    def layer(self, name: str) -> Layer:
        """Return the layer of that name.

        Raises:
            InputError: there is none; names the closest.
        """
        by_name = {layer.name: layer for layer in self.layers}
        if name not in by_name:
            close = difflib.get_close_matches(name, by_name, n=3, cutoff=0.5)
            next_step = f"did you mean {', '.join(close)}?" if close else ""
            raise InputError(name, f"is not a layer of {self.title}", next_step)
        return by_name[name]

    def weight(self, layer: Layer) -> Tensor:
        """Return the layer's matrix ``(out, in)``: a detached view of the parameter, no copy.

        Of a `StoredModel` whose network is not in memory it is read from the file.
        """
        return layer.of(self.module)
