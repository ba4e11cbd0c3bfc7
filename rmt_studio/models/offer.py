"""What a checkpoint says of itself, for a person who has not said yet what network it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.blueprint import blueprint_of_metadata
from rmt_studio.models.checkpoint import open_checkpoint
from rmt_studio.models.guess import guess
from rmt_studio.models.loaded_model import UNKNOWN
from rmt_studio.models.opened import BARE, GUESS
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Offer:
    """What a checkpoint is likely to be, to be confirmed.

    Attributes:
        path: the file.
        name: the architecture, or `BARE`; empty where there is no guess.
        opens_as: what `load_model` has to be given for it: the name, or `GUESS` where arguments
            differ from the architecture's own.
        others: architectures that have the same shapes.
        words: one line for a person.
        problem: why the file cannot be opened at all.
    """

    path: str
    name: str = ""
    opens_as: str = ""
    others: tuple[str, ...] = ()
    words: str = ""
    problem: str = ""


def offer(path: Path, progress: Progress = no_progress) -> Offer:
    """Look at the header of a checkpoint.

    Args:
        path: the file.
        progress: called before each architecture that is compared; may raise `Cancelled`.
    """
    try:
        stored = open_checkpoint(path)
        own = blueprint_of_metadata(path, stored.metadata)
    except InputError as error:
        return Offer(str(path), problem=str(error))
    if stored.from_onnx:
        words = "An ONNX program: its matrices can be analysed."
        return Offer(str(path), BARE, BARE, words=words)
    if own is not None:
        name = BARE if own.architecture == UNKNOWN else own.architecture
        return Offer(str(path), name, name, words=f"The file says that it is {shown(name)}.")
    guessed = guess(stored, progress)
    if guessed is None:
        return Offer(str(path), words="Its shapes are of no architecture that is known here.")
    plain = guessed.blueprint.arguments.keys() <= {"num_classes"}
    words = f"Guessed: {guessed.words}."
    opens_as = guessed.name if plain else GUESS
    return Offer(str(path), guessed.name, opens_as, guessed.others, words)
