"""The weights inside an ONNX program: where they lie in its file. Nothing of it is run.

The file is walked field by field, and the bytes of the weights are passed over, so that a large one
opens as fast as a small one and nothing grows in memory. A weight that a MatMul multiplies from the
right lies as (in, out); it is given as (out, in), under the name of the node where its own says
nothing.

Sources: ``onnx.proto`` of https://github.com/onnx/onnx for the fields; Protocol Buffers,
"Encoding", for how they are written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError
from rmt_studio.models.safetensors_header import LONGEST_NAME, MOST_DIMENSIONS, MOST_TENSORS
from rmt_studio.models.stored import Piece, StoredTensor, WeightsFile
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from rmt_studio.models.hostile_files import CheckedFile

Range = tuple[int, int]
MOST_FIELDS = 150_000
_LONGEST_TEXT = LONGEST_NAME
_FLOATS = {1: torch.float32, 10: torch.float16, 11: torch.float64, 16: torch.bfloat16}
_IN_PLACE = (4, 9, 10)  # fields that hold the plain bytes


@dataclass
class _Weight:
    """An initialiser as its fields describe it."""

    name: str = ""
    shape: list[int] = field(default_factory=list)
    kind: int = 0
    place: Range | None = None
    elsewhere: bool = False


@dataclass
class _Node:
    """A step of the program, as far as it tells what its weights are."""

    inputs: list[str] = field(default_factory=list)
    name: str = ""
    operator: str = ""
    transposed: bool = False  # the second factor of a Gemm, which then lies as (out, in)


def initialisers_in(file: CheckedFile, origin: WeightsFile) -> dict[str, StoredTensor]:
    """Return where the floating initialisers of a program lie, by name.

    Args:
        file: open, and checked by `hostile_files.open_checked`.
        origin: the same, to be read from later.

    Raises:
        InputError: it is broken or cut, keeps its weights in other files, or a weight claims more
            than it holds.
    """
    walk = _Walk(file)
    weights: list[_Weight] = []
    nodes: list[_Node] = []
    for number, graph in walk.parts((0, file.size)):
        if number == 7:
            for inner, part in walk.parts(graph):
                if inner == 1:
                    nodes.append(_node(walk, part))
                elif inner == 5:
                    weights.append(_weight(walk, part))
                if len(weights) > MOST_TENSORS:
                    raise walk.broken(f"it holds more than {MOST_TENSORS} tensors")
    found = {
        weight.name: StoredTensor(weight.name, (_piece(walk, origin, weight),))
        for weight in weights
        if weight.kind in _FLOATS
    }
    return _as_layers(found, nodes)


class _Walk:
    """The fields of a message, one after the other, none of them copied."""

    def __init__(self, file: CheckedFile) -> None:
        self._stream: io.BufferedReader = file.stream
        self._name, self._left = file.path.name, MOST_FIELDS

    def parts(self, place: Range) -> Iterator[tuple[int, Range]]:
        """Yield number and place of each field that has a length."""
        for number, value in self.fields(place):
            if isinstance(value, tuple):
                yield number, value

    def fields(self, place: Range) -> Iterator[tuple[int, int | Range]]:
        """Yield number and value of each field: a whole number, or a place in the file."""
        position, stop = place
        while position < stop:
            self._left -= 1
            if self._left < 0:
                raise self.broken(f"it has more than {MOST_FIELDS} fields")
            self._stream.seek(position)
            head = self._stream.read(min(20, stop - position))
            key, used = self._number(head, 0)
            number, kind = key >> 3, key & 7
            if kind == 0:
                value, used = self._number(head, used)
                yield number, value
            elif kind == 2:
                length, used = self._number(head, used)
                begin, used = position + used, used + length
                if begin + length > stop:
                    raise self.broken("it is cut short")
                yield number, (begin, begin + length)
            elif kind in (1, 5):
                used += 8 if kind == 1 else 4
            else:
                raise self.broken(f"it has a field of kind {kind}")
            position += used

    def text(self, place: Range) -> str:
        """Return a text, which must be printable and not endless."""
        raw = self.bytes(place, _LONGEST_TEXT)
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise self.broken("it has a name that is no text") from error
        if not text.isprintable():
            raise self.broken(f"it names something {shown(text)!r}")
        return text

    def numbers(self, place: Range) -> list[int]:
        """Return whole numbers that stand one after the other."""
        raw, numbers, at = self.bytes(place, 10 * MOST_DIMENSIONS), [], 0
        while at < len(raw):
            value, at = self._number(raw, at)
            numbers.append(value)
        return numbers

    def bytes(self, place: Range, most: int) -> bytes:
        """Return the bytes of a short field."""
        if place[1] - place[0] > most:
            raise self.broken(f"it has a name or a shape of {place[1] - place[0]} bytes")
        self._stream.seek(place[0])
        return self._stream.read(place[1] - place[0])

    def _number(self, raw: bytes, at: int) -> tuple[int, int]:
        value = 0
        for step, byte in enumerate(raw[at : at + 10]):
            value |= (byte & 127) << 7 * step
            if byte < 128:
                return value, at + step + 1
        raise self.broken("it has a number without an end")

    def broken(self, fault: str) -> InputError:
        """Return the error for a file that is no program, or a damaged one."""
        reason = f"is a broken ONNX file, or none ({fault})"
        return InputError(self._name, reason, "fetch or save it again")


def _weight(walk: _Walk, place: Range) -> _Weight:
    weight = _Weight()
    for number, value in walk.fields(place):
        if isinstance(value, int):
            if number == 1:
                weight.shape.append(value)
            elif number == 2:
                weight.kind = value
            elif number == 14:
                weight.elsewhere = value != 0
        elif number == 1:
            weight.shape += walk.numbers(value)
        elif number == 8:
            weight.name = walk.text(value)
        elif number in _IN_PLACE:
            weight.place = value
        if len(weight.shape) > MOST_DIMENSIONS:
            raise walk.broken("a tensor has too many dimensions")
    return weight


def _node(walk: _Walk, place: Range) -> _Node:
    node = _Node()
    for number, part in walk.parts(place):
        if number == 1:
            node.inputs.append(walk.text(part))
        elif number == 3:
            node.name = walk.text(part)
        elif number == 4:
            node.operator = walk.text(part)
        elif number == 5 and part[1] - part[0] < _LONGEST_TEXT:
            inside = list(walk.fields(part))
            names = [walk.text(value) for n, value in inside if n == 1 and isinstance(value, tuple)]
            node.transposed |= names == ["transB"] and (3, 1) in inside
    return node


def _piece(walk: _Walk, origin: WeightsFile, weight: _Weight) -> Piece:
    if weight.elsewhere:
        reason = f"keeps tensor {shown(weight.name)} in another file"
        raise InputError(origin.path.name, reason, "save it with its weights inside")
    dtype, (start, stop) = _FLOATS[weight.kind], weight.place or (0, 0)
    elements = math.prod(weight.shape)
    if elements * dtype.itemsize != stop - start:
        reason = f"tensor {shown(weight.name)} claims {elements} elements in {stop - start} bytes"
        raise walk.broken(reason)
    return Piece(origin, start, dtype, tuple(weight.shape))


def _as_layers(found: dict[str, StoredTensor], nodes: list[_Node]) -> dict[str, StoredTensor]:
    """Turn what is multiplied from the right, and name weights after their nodes."""
    layers = dict(found)
    for node in nodes:
        name = node.inputs[1] if len(node.inputs) > 1 else ""
        if node.operator not in ("MatMul", "Gemm") or name not in layers:
            continue
        tensor = layers.pop(name)
        if len(tensor.shape) == 2 and not node.transposed:
            rows, columns = tensor.shape
            turned = replace(tensor.pieces[0], shape=(columns, rows), strides=(1, columns))
            tensor = replace(tensor, pieces=(turned,))
        own = name if name.endswith("weight") else _name_of(node)
        layers[own if own and own not in layers else name] = tensor
    return layers


def _name_of(node: _Node) -> str:
    """Return where in the network a node is, such as ``blocks.0.attn.qkv.weight``."""
    parts = [part for part in node.name.split("/")[:-1] if part]
    below = [*parts[1:], ""]
    inner = [
        part
        for part, next_one in zip(parts, below, strict=False)
        if not next_one.startswith(f"{part}.")
    ]
    return ".".join([*inner, "weight"]) if inner else ""
