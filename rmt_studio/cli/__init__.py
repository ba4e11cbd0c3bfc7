"""The command line: the same work as the window, with progress bars."""

from __future__ import annotations

import sys
import traceback

import typer
from rich.console import Console

from rmt_studio.cli import cycles_entry as _cycles_entry  # noqa: F401 - adds its command
from rmt_studio.cli import export_entry as _export_entry  # noqa: F401 - adds its command
from rmt_studio.cli import finetune_entry as _finetune_entry  # noqa: F401 - adds its command
from rmt_studio.cli import lab as _lab  # noqa: F401 - adds its command
from rmt_studio.cli import series_entry as _series_entry  # noqa: F401 - adds its command
from rmt_studio.cli.commands import application
from rmt_studio.errors import InputError

GOOD, BUG, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: list[str] | None = None) -> None:
    """Run ``rmt-studio`` and leave with 0 (good), 2 (wrong use or bad input) or 1 (a bug)."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        code = application(args=arguments, standalone_mode=False, prog_name="rmt-studio")
    except typer.Exit as leaving:
        return leaving.exit_code
    except InputError as error:
        return _say(str(error))
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):
            return _say(f"{error.format_message()} (see rmt-studio --help)")  # pyright: ignore[reportAttributeAccessIssue]
        traceback.print_exc()
        return BUG
    if code == INTERRUPTED:  # typer, too, turns Ctrl-C into this code
        _say("interrupted")
    return code if isinstance(code, int) else GOOD


def _say(line: str) -> int:
    text = " ".join(line.split())
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"rmt-studio: {text}", style="red", markup=False
    )
    return WRONG_USE
