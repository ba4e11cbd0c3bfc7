"""Random numbers of one thread alone, for transforms that draw from generators of the process.

timm's and torchvision's transforms ask the modules ``random``, ``numpy.random`` and ``torch`` for
numbers. Those are shared by all threads, so seeding them neither repeats a picture nor leaves other
threads alone. Inside `own_randomness` the same calls of this thread draw from generators of its
own; outside of it, and in other threads, they go where they always went.
"""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from timm.data import auto_augment, random_erasing, transforms
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_DRAWS = {
    torch.rand,
    torch.randn,
    torch.randint,
    torch.randperm,
    torch.bernoulli,
    torch.Tensor.uniform_,
    torch.Tensor.normal_,
}


class _Thread(threading.local):
    own: dict[str, Any] | None = None


_thread = _Thread()


class _Stand:
    """Stands for a module; gives this thread's own generator for the names that have one."""

    def __init__(self, module: ModuleType, name: str = "") -> None:
        self._module, self._name = module, name

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        own = _thread.own
        if own is not None and not self._name:  # ``random.uniform``
            return getattr(own["random"], name)
        if own is not None and name == self._name:  # ``np.random``
            return own["numpy"]
        return getattr(self._module, name)


class _Drawn(TorchFunctionMode):
    """Gives torch's drawing functions, called in this thread, a generator of their own."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self._generator = generator

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,  # noqa: ANN401 - torch's own signature
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """Call the function, with the generator where it draws."""
        kwargs = kwargs or {}
        if func in _DRAWS and kwargs.get("generator") is None:
            kwargs = {**kwargs, "generator": self._generator}
        return func(*args, **kwargs)


for _module, _name, _stand in (
    *((one, "random", _Stand(random)) for one in (auto_augment, random_erasing, transforms)),
    (auto_augment, "np", _Stand(np, "random")),
):
    setattr(_module, _name, _stand)


@contextmanager
def own_randomness(*key: int) -> Iterator[None]:
    """Let what transforms draw in this thread depend on the key alone.

    Args:
        key: whole numbers of at least 0, such as seed, epoch and place of a picture.
    """
    seeds = [int(word) for word in np.random.SeedSequence(key).generate_state(3, np.uint64)]
    outer = _thread.own
    _thread.own = {
        "random": random.Random(seeds[0]),  # noqa: S311 - pictures, no secrets
        "numpy": np.random.RandomState(seeds[1] % 2**32),
    }
    try:
        with _Drawn(torch.Generator().manual_seed(seeds[2] % 2**63)):
            yield
    finally:
        _thread.own = outer
