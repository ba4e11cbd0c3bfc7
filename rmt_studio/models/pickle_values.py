"""What a pickle may hold, as values that can do nothing; see `pickle_data`.

Source: ``torch/_utils.py`` for the arguments of the functions that rebuild tensors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Harmless things that training scripts store beside the weights; none of them is ever made.
_BESIDE = {
    *("argparse.Namespace", "types.SimpleNamespace", "pathlib.PosixPath", "pathlib.WindowsPath"),
    *("pathlib.Path", "pathlib.PurePosixPath", "pathlib._local.PosixPath", "datetime.datetime"),
    *("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.dtype"),
    *("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"),
    *("numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"),
    *("numpy.ndarray", "_codecs.encode", "torch.device", "torch.Size"),
    *("torch._utils._rebuild_wrapper_subclass", "torch.serialization._get_layout"),
}
DICTIONARIES = {"collections.OrderedDict", "collections.defaultdict", "collections.Counter"}
_TENSORS = {
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_tensor_v3",
}
_AROUND_A_TENSOR = {
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_parameter_with_state",
}
_NOT_PLAIN = {
    "torch._utils._rebuild_sparse_tensor": "sparse",
    "torch._utils._rebuild_qtensor": "quantised",
    "torch._utils._rebuild_nested_tensor": "nested",
    "torch._utils._rebuild_meta_tensor_no_storage": "on meta",
    "torch._utils._rebuild_device_tensor_from_numpy": "of another device",
    "torch._utils._rebuild_device_tensor_from_cpu_tensor": "of another device",
    "torch._utils._rebuild_xla_tensor": "of another device",
}
_KNOWN = {
    *_BESIDE, *DICTIONARIES, *_TENSORS, *_AROUND_A_TENSOR, *_NOT_PLAIN,
    *("torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer"),
}  # fmt: skip
_TYPES = re.compile(
    r"torch\.(storage\.)?(\w+Storage|b?float\w+|u?int\d+|bool|double|half|long)"
    r"|(builtins|__builtin__)\.(bool|bytearray|bytes|complex|dict|float|frozenset|int|list|long"
    r"|object|set|slice|str|tuple|unicode)"
)


class PickleError(Exception):
    """The pickle is broken, or does what no weights need."""


class ForbiddenName(PickleError):
    """The pickle asks for a function or a class that no weights need; ``str()`` is its name."""


@dataclass(frozen=True)
class Name:
    """A function or a class that a pickle names."""

    full: str


@dataclass(frozen=True)
class Opaque:
    """An object of which only the class is known."""

    kind: str


@dataclass(frozen=True)
class Storage:
    """A flat run of elements elsewhere in the file, as the pickle claims it.

    Attributes:
        type_name: such as ``"torch.FloatStorage"``.
        key: where it is.
        elements: how many.
    """

    type_name: str
    key: str
    elements: int


@dataclass(frozen=True)
class PickledTensor:
    """The arguments of the function that rebuilds a tensor, as they are claimed.

    Attributes:
        storage: what it looks at; None for a tensor that is no plain array.
        offset: its first element in the storage.
        shape: its shape.
        strides: elements from one index to the next, for each dimension.
        type_name: such as ``"torch.float8_e4m3fn"``, where the storage does not tell it.
        fault: why it is no plain array, such as ``"sparse"``.
    """

    storage: Storage | None
    offset: int = 0
    shape: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    type_name: str = ""
    fault: str = ""


def result_of(function: object, arguments: object) -> object:
    """Return what stands for the result of a function."""
    if not isinstance(function, Name) or not isinstance(arguments, tuple):
        raise PickleError("it calls something that is no function")
    if function.full in DICTIONARIES:
        return _dictionary(arguments)
    if function.full in _TENSORS:
        return _tensor(function.full, *arguments)
    if function.full in _AROUND_A_TENSOR:
        return _inside(arguments)
    if function.full in _NOT_PLAIN:
        return PickledTensor(None, fault=_NOT_PLAIN[function.full])
    if function.full == "torch.Size":
        return arguments[0]
    return Opaque(function.full)


def storage_of(claim: object, known: dict[str, Storage]) -> Storage:
    """Return the storage that a persistent id names."""
    if not isinstance(claim, tuple) or len(claim) < 5 or claim[0] != "storage":
        raise PickleError("it refers to something that is no storage")
    _, kind, key, _, elements = claim[:5]
    if claim[5:] not in ((), (None,)):
        raise PickleError("it looks at a part of a storage, as PyTorch before 0.4 did")
    if not isinstance(kind, Name) or not isinstance(key, str) or not _is_count(elements):
        raise PickleError("it refers to a storage in a way that makes no sense")
    return known.setdefault(key, Storage(kind.full, key, elements))


def fill(target: object, items: list[Any]) -> None:
    """Put keys and values into a dictionary; an opaque object keeps none."""
    if isinstance(target, dict):
        target.update(_named(zip(items[::2], items[1::2], strict=True)))


def extend(target: object, items: list[Any]) -> None:
    """Append to a list; an opaque object keeps nothing."""
    if isinstance(target, list):
        target.extend(items)


def name_of(module: str, name: str) -> Name:
    """Return the name of a function or class, if weights may need it.

    Raises:
        ForbiddenName: they do not.
    """
    full = f"{module}.{name}"
    if full not in _KNOWN and not _TYPES.fullmatch(full):
        raise ForbiddenName(full)
    return Name(full)


def _dictionary(arguments: tuple[Any, ...]) -> dict[Any, Any]:
    """Return a dictionary from the pairs that Python 2 gave to an OrderedDict."""
    pairs = arguments[0] if arguments and isinstance(arguments[0], list) else []
    return dict(_named(pairs))


def _named(pairs: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield the pairs whose key is a text: numbers can be chosen to have one hash, all of them."""
    return ((key, value) for key, value in pairs if isinstance(key, str))


def _tensor(function: str, *arguments: Any) -> PickledTensor:  # noqa: ANN401
    storage, offset, shape, strides, *more = arguments
    marks = more[3 if function.endswith("_v3") else 2 :]  # behind requires_grad and the hooks
    if any(isinstance(mark, dict) and (mark.get("neg") or mark.get("conj")) for mark in marks):
        return PickledTensor(None, fault="a negated or conjugated view")
    if not isinstance(storage, Storage) or not _is_count(offset):
        raise PickleError("it makes a tensor of something that is no storage")
    if not (_are_counts(shape) and _are_counts(strides)) or len(shape) != len(strides):
        raise PickleError("it gives a tensor a shape that makes no sense")
    type_name = ""
    if function.endswith("_v3"):
        dtype = more[2]
        if not isinstance(dtype, Name):
            raise PickleError("it gives a tensor a type that makes no sense")
        type_name = dtype.full
    return PickledTensor(storage, offset, tuple(shape), tuple(strides), type_name)


def _inside(arguments: tuple[Any, ...]) -> PickledTensor:
    """Return the tensor that a parameter wraps."""
    if not arguments or not isinstance(arguments[0], PickledTensor):
        raise PickleError("it makes a parameter of something that is no tensor")
    return arguments[0]


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _are_counts(values: object) -> bool:
    return isinstance(values, tuple | list) and len(values) <= 64 and all(map(_is_count, values))
