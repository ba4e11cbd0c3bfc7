"""Imports what is heavy beside the window: torch, timm, scipy, the plots and the rooms."""

from __future__ import annotations

import ctypes
import gc
import os
import threading
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QObject, Signal

# in this order; the last brings all the rest of what the rooms need
HEAVY = ("numpy", "scipy.linalg", "scipy.special", "scipy.interpolate", "torch", "timm",
         "pyqtgraph", "pyqtgraph.util.garbage_collector", "rmt_studio.gui.rooms")  # fmt: skip
_LIBRARIES = ("libtorch_global_deps.so", "libtorch_cpu.so", "libtorch_python.so")


class Importing(QObject):
    """Imports `HEAVY` in a thread of its own.

    Signals:
        done (object): None, or the exception that stopped it.
    """

    done = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = threading.Thread(target=self._work, name="imports", daemon=True)

    def start(self) -> None:
        """Begin; a collection of garbage in that thread could destroy a widget there."""
        gc.disable()
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether a library is being loaded: the interpreter must not be torn down meanwhile."""
        return self._thread.is_alive()

    def _work(self) -> None:
        try:
            _load_libraries()
            for name in HEAVY:
                import_module(name)
            leave_a_core()
            from rmt_studio.studio.devices import available_devices

            available_devices()  # the first look begins CUDA, which takes longer than a frame
        except Exception as error:
            self.done.emit(error)
        else:
            self.done.emit(None)


def _load_libraries() -> None:
    """Have the system load torch's libraries: a call into C, which leaves Python to the window.

    An import would hold the interpreter for as long. What is not found here is left to the import.
    """
    spec = find_spec("torch")
    if os.name != "posix" or spec is None or spec.origin is None:
        return
    folder = Path(spec.origin).parent / "lib"
    load = ctypes.CDLL(None).dlopen
    load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for name in _LIBRARIES:
        load(os.fsencode(folder / name), os.RTLD_NOW)


def leave_a_core() -> None:
    """Have torch compute with all cores but one, which is the window's."""
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
