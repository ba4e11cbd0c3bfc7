"""A network whose tensors stay in their files until they are asked for."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, Literal

from torch import nn

from rmt_studio.models.loaded_model import LoadedModel, Source
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from rmt_studio.models.checkpoint import StoredCheckpoint
    from rmt_studio.models.layers import Layer

_READ = 90  # percent of the way; the rest is the hash


class StoredSource(Source):
    """Where a checkpoint came from; it is hashed when its hash is first asked for."""

    def __init__(
        self,
        kind: Literal["pretrained", "checkpoint", "folder", "demo"],
        location: str,
        stored: StoredCheckpoint,
    ) -> None:
        files = dict.fromkeys((stored.path, *(file.path for file in stored.files)))
        super().__init__(kind, location, None, stored.path, tuple(files))
        known: list[str] = []
        for name, value in (("_stored", stored), ("_known", known), ("_lock", threading.Lock())):
            object.__setattr__(self, name, value)

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401
        return self.hashed() if name == "sha256" else super().__getattribute__(name)

    def hashed(self, progress: Progress = no_progress) -> str:
        """Return the SHA-256; `progress` may raise `Cancelled`.

        Raises:
            InputError: a file changed since it was opened.
        """
        with self._lock:
            if not self._known:
                self._known.append(self._stored.sha256(progress))
            return self._known[0]


class StoredNetwork:
    """A network that was laid out, and where its tensors lie.

    Args:
        layout: the network without memory, in evaluation mode.
        stored: the checkpoint.
        names: of the tensors that the network takes.
        fill: makes the network of those tensors.
    """

    def __init__(
        self,
        layout: nn.Module,
        stored: StoredCheckpoint,
        names: list[str],
        fill: Callable[[dict[str, Tensor]], nn.Module],
    ) -> None:
        self.layout = layout
        self.module: nn.Module | None = None
        self._stored, self._names, self._fill = stored, names, fill
        self._lock = threading.Lock()

    def read(self, source: Source, progress: Progress = no_progress) -> nn.Module:
        """Return the whole network, read by now, and its source hashed: the files may go then."""
        with self._lock:
            if self.module is None:
                tensors = self._stored.read(_share(progress, 0, _READ), self._names)
                if isinstance(source, StoredSource):
                    source.hashed(_share(progress, _READ, 100))
                self.module = self.layout = self._fill(tensors)
            return self.module

    @property
    def stored_bytes(self) -> int:
        """Size of the files."""
        return self._stored.bytes

    def weight(self, layer: Layer) -> Tensor:
        """Return a layer's matrix, read from the file by itself."""
        weight = self._stored.tensors[layer.parameter].read(layer.rows)
        return weight.reshape(weight.shape[0], -1)


class StoredModel(LoadedModel):
    """A `LoadedModel` around a checkpoint, of which at first nothing but the header was read.

    Args:
        module: the network, or what it can be read from.
        architecture: timm's name, or `UNKNOWN`.
        source: where the checkpoint came from.
        layers: the matrices; each one's ``parameter`` is a name in the checkpoint.
        data_config: how images become the network's input.
        provenance: what an export says of itself; the hash of the source may be left out.
    """

    def __init__(
        self,
        module: nn.Module | StoredNetwork,
        architecture: str,
        source: Source,
        layers: tuple[Layer, ...],
        data_config: dict[str, Any],
        provenance: Mapping[str, str] | None = None,
    ) -> None:
        self._network = module
        self.architecture, self.source, self.layers = architecture, source, layers
        self.data_config, self._provenance = data_config, dict(provenance or {})

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        return id(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title}>"

    @property
    def layout(self) -> nn.Module:
        """The network for what can be told without its values: on ``meta`` until it is read."""
        return self._network if isinstance(self._network, nn.Module) else self._network.layout

    @property
    def stored_bytes(self) -> int:
        """Size of the files; 0 for a network that was made in memory."""
        return 0 if isinstance(self._network, nn.Module) else self._network.stored_bytes

    @property
    def in_memory(self) -> bool:
        """Whether the whole network was read."""
        return isinstance(self._network, nn.Module) or self._network.module is not None

    @property
    def module(self) -> nn.Module:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The network; all of it is read when it is first asked for."""
        network = self._network
        return network if isinstance(network, nn.Module) else network.read(self.source)

    @property
    def provenance(self) -> dict[str, str]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """What an export says about itself."""
        return {"source_sha256": self.source.sha256 or "", **self._provenance}

    @property
    def arguments(self) -> dict[str, Any]:
        """What timm needs beside the architecture; known without the hash of the source."""
        return json.loads(self._provenance.get("model_args", "{}"))

    def read(self, progress: Progress = no_progress) -> None:
        """Read the whole network, and take the hash of its files, so that they may go after that.

        Args:
            progress: called between tensors, in percent; may raise `Cancelled`.

        Raises:
            InputError: a file changed, or holds values that are not finite.
        """
        if isinstance(self._network, StoredNetwork):
            self._network.read(self.source, progress)

    def weight(self, layer: Layer) -> Tensor:
        """Return the layer's matrix ``(out, in)``, read from the file while that is all there is.

        Raises:
            InputError: the file changed, or the matrix holds values that are not finite.
        """
        network = self._network
        if isinstance(network, StoredNetwork) and network.module is None:
            return network.weight(layer)
        return super().weight(layer)


def _share(progress: Progress, first: int, last: int) -> Progress:
    """Return a callback for a part of the way, in percent."""

    def report(done: int, total: int, note: str = "") -> None:
        progress(first + (last - first) * done // max(total, 1), 100, note)

    return report
