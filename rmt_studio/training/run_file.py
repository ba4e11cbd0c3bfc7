"""Where a training run stands, in one file: written whole or not at all, read to go on from it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.models.exports.safetensors_file import write_safetensors
from rmt_studio.models.unfinished import remove_left_over
from rmt_studio.progress import ticking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

NAME = "training.state"
"""Of the file in its folder; no suffix of a checkpoint, so that none takes it for one."""

_FORMAT = "rmt_studio training 1"
_ANOTHER = "name another folder, or remove the file to start anew"


@dataclass(frozen=True)
class RunFile:
    """The state of a run in a folder, and what the run was made with.

    Attributes:
        folder: made when the first state is saved.
        identity: plain JSON values in which a run that goes on has to agree with the earlier one.
    """

    folder: Path
    identity: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / NAME

    def save(
        self,
        tensors: dict[str, Tensor],
        record: dict[str, Any],
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Write the state in place of an earlier one.

        Raises:
            InputError: the folder cannot be written.
        """
        make_folder(self.folder)
        text = json.dumps({"format": _FORMAT, "identity": self.identity, **record})
        with atomic_write(self.path) as beside:
            write_safetensors(beside, tensors, {"run": text}, ticking(tick))

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return the tensors and the record of the saved state.

        Raises:
            InputError: there is none, it is damaged, or it is of a run that differs; names in what.
        """
        if not self.path.is_file():
            raise InputError(self.folder, "holds no run to go on with", "start it without resuming")
        try:
            with safe_open(self.path, framework="pt") as file:
                record = json.loads((file.metadata() or {})["run"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            if record["format"] != _FORMAT:
                raise ValueError("another format")
            earlier = dict(record["identity"])
        except OSError as error:
            raise InputError(self.path, error.strerror or str(error)) from error
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise InputError(self.path, "is no state of a training run", _ANOTHER) from error
        self._require_alike(earlier)
        remove_left_over(self.folder)
        return tensors, record

    def _require_alike(self, earlier: dict[str, Any]) -> None:
        differing = [
            f"{name} ({earlier.get(name, 'unknown')}; now {self.identity.get(name, 'unknown')})"
            for name in dict.fromkeys((*self.identity, *earlier))
            if earlier.get(name) != self.identity.get(name)
        ]
        if differing:
            reason = f"holds a run that was made with another {', '.join(differing)}"
            raise InputError(self.folder, reason, "name another folder, or go on as it began")


def holds_run(folder: Path) -> bool:
    """Tell whether a folder holds a run to go on with."""
    return (folder / NAME).is_file()


def require_no_run(folder: Path) -> None:
    """Refuse to start a run over another.

    Raises:
        InputError: the folder holds one.
    """
    if holds_run(folder):
        reason = "holds a training run already"
        raise InputError(folder, reason, "resume it, or name another folder")


def make_folder(folder: Path) -> None:
    """Make a folder where there is none.

    Raises:
        InputError: it cannot be made, or is a file.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        reason = f"cannot be made a folder ({error.strerror or error})"
        raise InputError(folder, reason, "choose another place") from error
