"""Which files of a folder are checkpoints of one model over training, and in which order."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.analysis.series_names import numbers_in, pattern_of, steps_of
from rmt_studio.errors import InputError
from rmt_studio.models.bare import matrices_in
from rmt_studio.models.checkpoint import SUFFIXES, open_checkpoint
from rmt_studio.models.loading import weights_in
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Shapes = dict[str, tuple[int, int]]  # of the matrices, by name

_NUMBERED = re.compile(r"\.(ckpt|pth|pt|bin|safetensors)[-_.]\d+$", re.IGNORECASE)
_PART = re.compile(r"-\d+-of-\d+\.", re.IGNORECASE)
_MOST_ENTRIES = 100_000
_MOST_GLANCED, _FOLDERS_GLANCED = 2000, 4
_NEXT_STEP = "name checkpoints by their step, such as epoch_10.pth or checkpoint-500"


@dataclass(frozen=True)
class Entry:
    """A file or folder that may be one checkpoint of the series.

    Attributes:
        path: of the file, or of the folder around it.
        step: the number in its name that orders the series; None where it has none.
        reason: why it is left out; empty where it is taken.
        weights: the file with the tensors; None where there is none.
    """

    path: Path
    step: int | None = None
    reason: str = ""
    weights: Path | None = None

    @property
    def name(self) -> str:
        """Name of the file or folder."""
        return self.path.name

    @property
    def taken(self) -> bool:
        """Whether it is part of the series."""
        return not self.reason


@dataclass(frozen=True)
class Listing:
    """The checkpoints of a folder.

    Attributes:
        folder: that was listed.
        entries: those taken in training order, then the others.
        others: how many files are no checkpoints by their names.
    """

    folder: Path
    entries: tuple[Entry, ...]
    others: int = 0

    @property
    def taken(self) -> tuple[Entry, ...]:
        """The checkpoints of the series in training order."""
        return tuple(entry for entry in self.entries if entry.taken)

    @property
    def left_out(self) -> tuple[Entry, ...]:
        """What is not part of it, each with its reason."""
        return tuple(entry for entry in self.entries if not entry.taken)

    def take(self, name: str, step: int) -> Listing:
        """Return the listing with an entry taken as this step.

        Raises:
            InputError: no such entry, it holds no weights, or another one is this step.
        """
        entry = self._entry(name)
        if entry.weights is None:
            raise InputError(shown(name), entry.reason or "holds no weights", "leave it out")
        there = next((e for e in self.taken if e.step == step and e.name != name), None)
        if there is not None:
            reason = f"cannot be step {step} as well as {shown(there.name)}"
            raise InputError(shown(name), reason, "give it another number")
        return self._with(replace(entry, step=step, reason=""))

    def leave_out(self, name: str, reason: str = "left out by hand") -> Listing:
        """Return the listing without an entry.

        Raises:
            InputError: no such entry.
        """
        return self._with(replace(self._entry(name), reason=reason))

    def _entry(self, name: str) -> Entry:
        found = next((entry for entry in self.entries if entry.name == name), None)
        if found is None:
            raise InputError(shown(name), f"is not in {shown(self.folder)}")
        return found

    def _with(self, changed: Entry) -> Listing:
        entries = (changed if e.name == changed.name else e for e in self.entries)
        return replace(self, entries=_ordered(entries))


def list_series(folder: Path | str, progress: Progress = no_progress) -> Listing:
    """List the checkpoints of a folder in training order, by the numbers in their names.

    A checkpoint is a file, or a folder with ``model.safetensors`` and the like in it. Most of them
    are named alike but for their numbers; those that are named otherwise are left out, and so are
    those whose matrices have other names or shapes than in most. Of several numbers in a name
    (``epoch=3-step=500.ckpt``) the first that tells all apart is the step.

    Args:
        folder: that holds them.
        progress: called before each file that is opened; may raise `Cancelled`.

    Raises:
        InputError: the folder cannot be listed, or holds no numbered checkpoint that opens.
    """
    folder = Path(os.path.expanduser(folder))
    entries, others = _candidates(folder)
    entries = _numbered(entries)
    entries = list(_of_one_network(entries, progress))
    listing = Listing(folder, _ordered(entries), others)
    if not listing.taken:
        reason = "holds no checkpoints with a number in their names"
        if entries:
            first = _ordered(entries)[0]
            reason += f"; {shown(first.name)}: {first.reason}"
        raise InputError(shown(folder, 400), reason, _NEXT_STEP)
    return listing


def looks_like_series(folder: Path) -> bool:
    """Tell from names, and from a glance into a few folders, whether two checkpoints are there."""
    try:
        with os.scandir(folder) as found:
            there = [(one.name, one.is_dir()) for one in islice(found, _MOST_GLANCED)]
    except OSError:
        return False
    there = sorted((name, kind) for name, kind in there if name[0] != "." and numbers_in(name))
    files = [(name, kind) for name, kind in there if not kind]
    folders = [(name, kind) for name, kind in there if kind][:_FOLDERS_GLANCED]
    made = [_candidate(folder / name, kind) for name, kind in (*files, *folders)]
    return sum(entry.taken for entry in _numbered([e for e in made if e is not None])) > 1


def _candidates(folder: Path) -> tuple[list[Entry], int]:
    """Return what may be a checkpoint, and how many other files there are."""
    try:
        with os.scandir(folder) as found:
            there = sorted((one.name, one.is_dir()) for one in found if one.name[0] != ".")
    except OSError as error:
        reason = f"cannot be listed ({error.strerror or error})"
        raise InputError(shown(folder, 400), reason, "give the folder with the checkpoints") from (
            error
        )
    if len(there) > _MOST_ENTRIES:
        raise InputError(shown(folder, 400), f"holds {len(there):,} files", _NEXT_STEP)
    made = [_candidate(folder / name, is_folder) for name, is_folder in there]
    entries = [entry for entry in made if entry is not None]
    return entries, len(made) - len(entries)


def _candidate(path: Path, is_folder: bool) -> Entry | None:
    """Return a file or folder with the weights in it; None where its name says that it has none."""
    if not is_folder:
        named = path.name.lower().endswith(SUFFIXES) or _NUMBERED.search(path.name)
        if not named:
            return None
        part = "is one part of a checkpoint in several files" if _PART.search(path.name) else ""
        return Entry(path, reason=part, weights=None if part else path)
    if not numbers_in(path.name):
        return None
    try:
        return Entry(path, weights=weights_in(path))
    except InputError as error:
        return Entry(path, reason=error.reason)


def _numbered(entries: list[Entry]) -> list[Entry]:
    """Return the entries with their steps; those without a number, or named otherwise, go."""
    usable = [e for e in entries if e.taken and numbers_in(e.name)]
    patterns = Counter(pattern_of(entry.name) for entry in usable)
    usual, count = patterns.most_common(1)[0] if patterns else ("", 0)
    alike = [entry for entry in usable if pattern_of(entry.name) == usual]
    first = {numbers_in(entry.name): entry.name for entry in reversed(alike)}
    steps = dict(zip(first.values(), steps_of(list(first.values())), strict=True))
    numbered: list[Entry] = []
    for entry in entries:
        reason, numbers = entry.reason, numbers_in(entry.name)
        if not reason and not numbers:
            reason = "has no number in its name"
        elif not reason and pattern_of(entry.name) != usual:
            reason = f"is named otherwise than the {count} like {usual}"
        elif not reason and entry.name not in steps:
            reason = f"has the same number as {shown(first[numbers])}"
        numbered.append(replace(entry, step=steps.get(entry.name), reason=reason))
    return numbered


def _of_one_network(entries: list[Entry], progress: Progress) -> Iterator[Entry]:
    """Yield the entries; those with other matrices than most, or that cannot be opened, go."""
    shapes: dict[str, Shapes] = {}
    refused: dict[str, str] = {}
    taken = [entry for entry in entries if entry.taken]
    for done, entry in enumerate(taken):
        progress(done, len(taken), f"looking at {shown(entry.name)}")
        try:
            shapes[entry.name] = _shapes_in(entry)
        except InputError as error:
            refused[entry.name] = error.reason
    progress(len(taken), len(taken), "")
    counted = Counter(tuple(sorted(one.items())) for one in shapes.values())
    usual: Shapes = dict(counted.most_common(1)[0][0]) if counted else {}
    example = next((name for name, one in shapes.items() if one == usual), "")
    for entry in entries:
        reason = entry.reason or refused.get(entry.name, "")
        if not reason and entry.taken and shapes[entry.name] != usual:
            odd = difference(shapes[entry.name], usual)
            reason = f"is of another network than {shown(example)}: {odd}"
        yield replace(entry, reason=reason)


def _shapes_in(entry: Entry) -> Shapes:
    """Return the shapes of the matrices of a checkpoint, from its header.

    Raises:
        InputError: it cannot be opened, or holds none.
    """
    assert entry.weights is not None  # noqa: S101 - of what is taken
    tensors = open_checkpoint(entry.weights).tensors
    layers = matrices_in({name: tensor.layout() for name, tensor in tensors.items()})
    if not layers:
        raise InputError(entry.name, "holds no matrices")
    return {layer.name: layer.shape for layer in layers}


def difference(found: Shapes, usual: Shapes) -> str:
    """Say how the matrices of one network differ from those of another, in a few words."""
    for name in usual:
        if name not in found:
            return f"it has no {shown(name)}"
        if found[name] != usual[name]:
            mine, theirs = (f"{out} x {inputs}" for out, inputs in (found[name], usual[name]))
            return f"{shown(name)} is {mine} and not {theirs}"
    more = next((name for name in found if name not in usual), "")
    return f"it has {shown(more)} as well"


def _ordered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return what is taken by step, then the rest by the numbers and letters of their names."""

    def place(entry: Entry) -> tuple[bool, int, tuple[int, ...], str]:
        return not entry.taken, entry.step or 0, numbers_in(entry.name), entry.name

    return tuple(sorted(entries, key=place))
