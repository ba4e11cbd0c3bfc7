"""Read a pickle as data: no object is built, no function called, nothing imported.

A pickle is a program for a small stack machine, which elsewhere may call any function. Here its
instructions are read with `pickletools.genops` and followed for plain values alone: numbers, texts,
lists, dictionaries. A function or a class that it names becomes a `Name`, an object an `Opaque`
that remembers its class and nothing else; of a dictionary only what stands under a text is kept,
so that no nest of tuples and no numbers of one hash slow it down. What the functions that rebuild
PyTorch's tensors would do with their arguments is written down in a `PickledTensor`. A name that no
weights need ends the reading.

Sources: Python's ``pickletools`` for the instructions, ``torch/_utils.py`` for the arguments.
"""

from __future__ import annotations

import pickletools
import warnings
from typing import TYPE_CHECKING, Any

from rmt_studio.models.pickle_values import (
    DICTIONARIES,
    Name,
    PickleError,
    Storage,
    extend,
    fill,
    name_of,
    result_of,
    storage_of,
)
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    import io
    from collections.abc import Callable

MOST_INSTRUCTIONS = 500_000  # some 40 a tensor


def read_pickle(stream: io.BytesIO, storages: dict[str, Storage]) -> object:
    """Return what one pickle holds and leave the stream behind it.

    Args:
        stream: its bytes in memory, so that no instruction can ask for more than there is.
        storages: takes the storages that it refers to, by key.

    Raises:
        ForbiddenName: it asks for something that no weights need.
        PickleError: it is broken, too long, or uses instructions that torch.save never writes.
    """
    machine = _Machine(storages)
    try:
        _run(machine, stream)
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError) as error:
        raise PickleError(shown(error)) from error
    if len(machine.stack) != 1 or machine.below:
        raise PickleError("it does not end with one value")
    return machine.stack[0]


def _run(machine: _Machine, stream: io.BytesIO) -> None:
    """Follow one instruction after the other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged texts have odd escapes
        for count, (instruction, argument, _) in enumerate(pickletools.genops(stream)):
            if count > MOST_INSTRUCTIONS:
                raise PickleError("it is longer than any description of weights")
            follow = _INSTRUCTIONS.get(instruction.name)
            if follow is None:
                raise PickleError(f"it uses the instruction {instruction.name}")
            follow(machine, argument)


class _Machine:
    """The stack machine of a pickle, for values that cannot do anything."""

    def __init__(self, storages: dict[str, Storage]) -> None:
        self.storages = storages
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # the stacks under each mark
        self.memo: dict[int, Any] = {}

    def since_mark(self) -> list[Any]:
        """Return what lies above the last mark, and take both off."""
        items, self.stack = self.stack, self.below.pop()
        return items


# --- the instructions -----------------------------------------------------------------------


def _push(machine: _Machine, argument: object) -> None:
    machine.stack.append(argument)


def _make(build: Callable[[], object]) -> Callable[[_Machine, object], None]:
    return lambda machine, _: machine.stack.append(build())


def _tuple_of(count: int) -> Callable[[_Machine, object], None]:
    def follow(machine: _Machine, _: object) -> None:
        items = tuple(machine.stack[-count:])
        if len(items) != count:
            raise PickleError("it takes more from the stack than there is")
        machine.stack[-count:] = [items]

    return follow


def _of_mark(build: Callable[[list[Any]], object]) -> Callable[[_Machine, object], None]:
    def follow(machine: _Machine, _: object) -> None:
        items = machine.since_mark()
        machine.stack.append(build(items))

    return follow


def _mark(machine: _Machine, _: object) -> None:
    machine.below.append(machine.stack)
    machine.stack = []


def _dict_of(items: list[Any]) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    fill(made, items)
    return made


def _global(machine: _Machine, argument: Any) -> None:  # noqa: ANN401
    module, _, name = argument.partition(" ")
    machine.stack.append(name_of(module, name))


def _stack_global(machine: _Machine, _: object) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise PickleError("it names something by what is no text")
    machine.stack.append(name_of(module, name))


def _reduce(machine: _Machine, _: object) -> None:
    arguments, function = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(result_of(function, arguments))


def _new(machine: _Machine, _: object) -> None:
    arguments, kind = machine.stack.pop(), machine.stack.pop()
    if isinstance(kind, Name) and kind.full in DICTIONARIES:
        machine.stack.append({})
    else:
        machine.stack.append(result_of(kind, arguments))


def _new_with_words(machine: _Machine, _: object) -> None:
    machine.stack.pop()
    _new(machine, None)


def _drop(machine: _Machine, _: object) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.stack = machine.below.pop()


def _drop_marked(machine: _Machine, _: object) -> None:
    machine.since_mark()


def _twice(machine: _Machine, _: object) -> None:
    machine.stack.append(machine.stack[-1])


def _build(machine: _Machine, _: object) -> None:
    """Take the state of an object off: whatever it is, nothing is done with it."""
    machine.stack.pop()
    machine.stack[-1]  # the object must be there


def _put(machine: _Machine, place: Any) -> None:  # noqa: ANN401
    place = len(machine.memo) if place is None else place
    if place > MOST_INSTRUCTIONS:
        raise PickleError("it numbers its values in a way that makes no sense")
    machine.memo[place] = machine.stack[-1]


def _get(machine: _Machine, place: Any) -> None:  # noqa: ANN401
    machine.stack.append(machine.memo[place])


def _set_item(machine: _Machine, _: object) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    fill(machine.stack[-1], [key, value])


def _set_items(machine: _Machine, _: object) -> None:
    items = machine.since_mark()
    fill(machine.stack[-1], items)


def _append(machine: _Machine, _: object) -> None:
    item = machine.stack.pop()
    extend(machine.stack[-1], [item])


def _append_all(machine: _Machine, _: object) -> None:
    items = machine.since_mark()
    extend(machine.stack[-1], items)


def _persistent(machine: _Machine, _: object) -> None:
    machine.stack.append(storage_of(machine.stack.pop(), machine.storages))


def _nothing(machine: _Machine, _: object) -> None:
    """Do nothing: frames and the protocol say nothing of the values."""


_VALUES = (
    *("INT", "LONG", "LONG1", "LONG4", "BININT", "BININT1", "BININT2", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE"),
    *("BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
)
_INSTRUCTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(_VALUES, _push),
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), _nothing),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), _put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _get),
    **dict.fromkeys(("APPENDS", "ADDITEMS"), _append_all),
    **dict.fromkeys(("LIST", "FROZENSET"), _of_mark(list)),
    **dict.fromkeys(("EMPTY_LIST", "EMPTY_SET"), _make(list)),
    "NONE": _make(lambda: None),
    "NEWTRUE": _make(lambda: True),
    "NEWFALSE": _make(lambda: False),
    "EMPTY_TUPLE": _make(tuple),
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "TUPLE": _of_mark(tuple),
    "EMPTY_DICT": _make(dict),
    "DICT": _of_mark(_dict_of),
    "MARK": _mark,
    "POP": _drop,
    "POP_MARK": _drop_marked,
    "DUP": _twice,
    "APPEND": _append,
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "REDUCE": _reduce,
    "NEWOBJ": _new,
    "NEWOBJ_EX": _new_with_words,
    "BUILD": _build,
    "BINPERSID": _persistent,
}
