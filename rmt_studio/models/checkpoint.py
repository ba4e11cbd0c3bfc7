"""A checkpoint of any kind: its tensors by name, known from the header, read when wanted.

Kinds: safetensors; what ``torch.save`` wrote; several such files with an index; the initialisers
of an ONNX program.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.hostile_files import CheckedFile, FileKind, open_checked, open_regular
from rmt_studio.models.names import in_timm_names
from rmt_studio.models.onnx_file import initialisers_in
from rmt_studio.models.safetensors_header import DTYPES
from rmt_studio.models.shards import INDEX_SUFFIX, shards_of
from rmt_studio.models.stored import (
    Piece,
    StoredTensor,
    WeightsFile,
    sha256_of_files,
    stream_stat,
)
from rmt_studio.models.torch_files import tensors_in
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from torch import Tensor

SUFFIXES = (".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".onnx", INDEX_SUFFIX)


@dataclass(frozen=True)
class StoredCheckpoint:
    """The tensors of a checkpoint where they lie.

    Attributes:
        path: the file that was asked for; of several, their index.
        tensors: by name, as timm spells it where the file is of a known other kind.
        files: all that hold tensors.
        metadata: text that a safetensors file carries beside its tensors.
        part: which entry of a training checkpoint the tensors are, such as ``"model_ema"``.
        from_onnx: whether they are the initialisers of a program.
        left_out: names in the file of what stands beside the network, such as a projector.
    """

    path: Path
    tensors: Mapping[str, StoredTensor]
    files: tuple[WeightsFile, ...]
    metadata: dict[str, str] = field(default_factory=dict)
    part: str = ""
    from_onnx: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor."""
        return {name: tensor.shape for name, tensor in self.tensors.items()}

    @property
    def bytes(self) -> int:
        """Size of the files together."""
        return sum(file.size for file in self.files)

    def read(
        self, progress: Progress = no_progress, names: Iterable[str] | None = None
    ) -> dict[str, Tensor]:
        """Return tensors, each with memory of its own, floating ones as float32.

        Args:
            progress: called before each, in elements; may raise `Cancelled`.
            names: which; all by default.

        Raises:
            InputError: a file changed, or a tensor holds values that are not finite.
        """
        wanted = {name: self.tensors[name] for name in (self.tensors if names is None else names)}
        total, done, tensors = sum(one.numel for one in wanted.values()), 0, {}
        for name, stored in wanted.items():
            progress(done, total, f"reading {shown(name)}")
            tensors[name] = stored.read()
            done += stored.numel
        return tensors

    def sha256(self, progress: Progress = no_progress) -> str:
        """Return the SHA-256 of the file; of several, of the list of theirs."""
        return sha256_of_files(self.files, progress)


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of a checkpoint in memory, by name, floating ones as float32, all finite.

    Attributes:
        path: the file.
        tensors: name to tensor; each owns its memory.
        sha256: of the file.
        metadata: text that a safetensors file carries beside its tensors.
        part: which entry of a training checkpoint the tensors are, such as ``"model_ema"``.
    """

    path: Path
    tensors: dict[str, Tensor]
    sha256: str
    metadata: dict[str, str] = field(default_factory=dict)
    part: str = ""


def read_checkpoint(path: Path, progress: Progress = no_progress) -> Checkpoint:
    """Read a checkpoint into memory, whole.

    Args:
        path: as of `open_checkpoint`.
        progress: called while tensors are read; may raise `Cancelled`.

    Raises:
        InputError: as of `open_checkpoint`, or a tensor holds values that are not finite.
    """
    stored = open_checkpoint(path)
    tensors = stored.read(progress)
    return Checkpoint(path, tensors, stored.sha256(), stored.metadata, stored.part)


def open_checkpoint(path: Path) -> StoredCheckpoint:
    """Find the tensors of a checkpoint, after the checks of `hostile_files`, and read none.

    Args:
        path: ``.safetensors``; what ``torch.save`` made of a state dict or of a dictionary that
            holds one as ``model``, ``state_dict``, ``model_ema`` and the like; the index of either
            in several files (``....index.json``); or ``.onnx``.

    Raises:
        InputError: a file fails a check, asks for code, or holds no tensors.
    """
    read = _sharded if path.name.endswith(INDEX_SUFFIX) else _single
    found = read(path)
    if not found.tensors:
        raise InputError(path.name, "holds no tensors", "give a file with weights")
    if found.from_onnx:
        return found
    tensors = in_timm_names(path, found.tensors)
    taken = {id(piece) for tensor in tensors.values() for piece in tensor.pieces}
    left = (n for n, tensor in found.tensors.items() if id(tensor.pieces[0]) not in taken)
    return replace(found, tensors=tensors, left_out=tuple(left))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a regular file, in hexadecimal."""
    with open_regular(path) as (stream, _):
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _single(path: Path) -> StoredCheckpoint:
    with open_checked(path) as file:
        origin = WeightsFile.of(path, stream_stat(file.stream))
        if file.kind is FileKind.SAFETENSORS:
            return _safetensors(file, origin)
        if file.kind is FileKind.ONNX:
            return StoredCheckpoint(path, initialisers_in(file, origin), (origin,), from_onnx=True)
        tensors, part = tensors_in(file, origin)
        return StoredCheckpoint(path, tensors, (origin,), part=part)


def _safetensors(file: CheckedFile, origin: WeightsFile) -> StoredCheckpoint:
    header = file.header
    if header is None:
        raise InputError(file.path.name, "holds no tensors", "give a file with weights")
    tensors = {
        entry.name: StoredTensor(
            entry.name,
            (Piece(origin, header.data_start + entry.start, DTYPES[entry.dtype], entry.shape),),
        )
        for entry in header.entries
    }
    return StoredCheckpoint(file.path, tensors, (origin,), header.metadata)


def _sharded(index: Path) -> StoredCheckpoint:
    """Open the files that an index names; each must hold just what the index says."""
    tensors: dict[str, StoredTensor] = {}
    files: list[WeightsFile] = []
    for path, names in shards_of(index).items():
        try:
            shard = _single(path)
        except InputError as error:
            reason = f"{error.reason} (it is named in {index.name})"
            raise InputError(error.thing, reason, error.next_step) from error
        if names != shard.tensors.keys():
            odd = min(names ^ shard.tensors.keys())
            where = "names it there" if odd in names else "does not name it there"
            reason = f"and {index.name} do not agree: tensor {shown(odd)}, the index {where}"
            raise InputError(path.name, reason, "fetch all files of the checkpoint again")
        tensors |= shard.tensors
        files += shard.files
    return StoredCheckpoint(index, tensors, tuple(files))
