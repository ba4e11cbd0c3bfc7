"""Where this user's recovery files, unfinished training, results of the lab and log lie."""

from __future__ import annotations

import itertools
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT_SUFFIX = ".rmts"
"""Of project files."""

_PROGRAM = "rmt-studio"
_VARIABLE = "RMT_STUDIO_STATE"
_NUMBERS = itertools.count(1)


def recovery_folder() -> Path:
    """Return where documents without a name are kept until they get one.

    ``recovery`` in the folder that the environment variable ``RMT_STUDIO_STATE`` names, else in
    this user's state folder. It need not exist.
    """
    return _state_folder() / "recovery"


def training_folder() -> Path:
    """Return where fine-tuning is kept that may go on another day; it need not exist."""
    return _state_folder() / "training"


def lab_folder() -> Path:
    """Return where the lab's results are kept; it need not exist."""
    return _state_folder() / "lab"


def new_recovery_file() -> Path:
    """Return a place in the recovery folder that no other document has."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return recovery_folder() / f"{stamp}-{os.getpid()}-{next(_NUMBERS)}{PROJECT_SUFFIX}"


def log_folder() -> Path:
    """Return where the log is kept; like `recovery_folder`, in this user's log folder."""
    named = os.environ.get(_VARIABLE)
    return Path(named) / "log" if named else platformdirs.user_log_path(_PROGRAM)


def _state_folder() -> Path:
    named = os.environ.get(_VARIABLE)
    return Path(named) if named else platformdirs.user_state_path(_PROGRAM)


@contextmanager
def can_begin_anew(folder: Path) -> Iterator[None]:
    """Say what a window offers where the work that a folder holds cannot be gone on with.

    A person did not choose that folder, and cannot choose another one.

    Raises:
        InputError: as what is done within.
    """
    try:
        yield
    except InputError as error:
        of_folder = Path(error.thing).is_relative_to(folder)
        if not of_folder or isinstance(error.__cause__, OSError):
            raise
        step = 'tick "Begin anew" and press Start'
        raise InputError(error.thing, error.reason, step) from error
