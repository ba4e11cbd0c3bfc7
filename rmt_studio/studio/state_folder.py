"""Where this user's recovery files, unfinished training, results of the lab and log lie."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

import platformdirs

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
