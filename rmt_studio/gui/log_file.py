"""The log: a file that turns over at a megabyte, and warnings in the terminal."""

from __future__ import annotations

import faulthandler
import logging
import threading
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from rmt_studio.studio.state_folder import log_folder

if TYPE_CHECKING:
    from pathlib import Path

_ROOT = "rmt_studio"
_MOST_BYTES, _KEPT = 2**20, 3
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_NAME = "rmt-studio.log"
_LAST = 20_000  # letters of the log that a report takes along


def log_path() -> Path:
    """Return where the log is."""
    return log_folder() / _NAME


def start_logging() -> None:
    """Write what the program logs, and what goes wrong in a thread, to the log from now on."""
    logger = logging.getLogger(_ROOT)
    if any(isinstance(known, RotatingFileHandler) for known in logger.handlers):
        return
    logger.setLevel(logging.INFO)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    logger.addHandler(terminal)
    with suppress(OSError):  # a folder that cannot be written keeps nobody from working
        log_path().parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            log_path(), maxBytes=_MOST_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True
        )
        file.setFormatter(logging.Formatter(_FORM))
        logger.addHandler(file)
    threading.excepthook = _log_thread
    if not faulthandler.is_enabled():
        with suppress(OSError, ValueError, AttributeError):  # no terminal under pythonw
            faulthandler.enable()


def stop_logging() -> None:
    """Close the log."""
    logger = logging.getLogger(_ROOT)
    for handler in tuple(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    threading.excepthook = threading.__excepthook__


def last_of_the_log() -> str:
    """Return the end of the log; empty where there is none."""
    with suppress(OSError):
        text = log_path().read_text(encoding="utf-8", errors="replace")
        return text[-_LAST:]
    return ""


def _log_thread(failed: threading.ExceptHookArgs) -> None:
    name = failed.thread.name if failed.thread is not None else "a thread"
    error = failed.exc_value
    logging.getLogger(_ROOT).error("%s ended by an error", name, exc_info=error)
