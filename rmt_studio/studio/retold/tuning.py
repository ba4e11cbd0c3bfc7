"""Fine-tuning as lines of a script and as a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmt_studio.training import FineTuning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmt_studio.studio.retold.done import Images


@dataclass(frozen=True)
class Tuned:
    """How the pruned model was fine-tuned.

    Attributes:
        settings: how it learned.
        images: from what.
        labelled: whether their labels were looked at.
        validation: what the best epoch was chosen on: "reported" for the images that it was
            evaluated on, "held out" for a tenth of those that it learned from, or "nothing".
    """

    settings: FineTuning
    images: Images
    labelled: bool
    validation: str

    @property
    def changed(self) -> dict[str, Any]:
        """The settings that are not the usual ones."""
        usual = FineTuning()
        said = self.settings.model_dump()
        return {key: value for key, value in said.items() if value != getattr(usual, key)}


def tuning_lines(tuned: Tuned, device: str) -> Iterator[str]:
    """Yield the lines that fine-tune ``pruned``; ``images`` are those to evaluate on."""
    folder = tuned.images.folder
    if folder is None:
        yield f"training = digits({tuned.images.part!r})"
    elif tuned.labelled:
        yield f"training = open_images({folder!r}, num_classes=model.num_classes)"
    else:
        yield f"training = calibration_images({folder!r})"
    validation = {"reported": ", validation=images", "nothing": ""}.get(tuned.validation)
    if validation is None:
        yield "from rmt_studio.studio.training_tasks import held_out"
        yield ""
        yield "training, validation = held_out(training)"
        validation = ", validation=validation"
    given = ", ".join(f"{key}={value!r}" for key, value in tuned.changed.items())
    yield f"settings = FineTuning({given})"
    yield (f"tuned = finetune(model, pruned, training, settings{validation}, device={device!r})")
    yield 'print(f"epoch {tuned.best_epoch} of {len(tuned.reports)} is kept")'
    yield "pruned = tuned.model"


def tuning_words(tuned: Tuned, evaluated: Images | None) -> list[str]:
    """Return the options of the command, apart from models, device and output."""
    words = ["--data", tuned.images.folder] if tuned.images.folder else []
    words += [] if tuned.labelled else ["--no-labels"]
    if tuned.validation == "reported" and evaluated is not None and evaluated.folder:
        words += ["--validate", evaluated.folder]
    for key, value in tuned.changed.items():
        if value is not None:
            text = ",".join(map(repr, value)) if isinstance(value, tuple) else str(value)
            words += [f"--{key.replace('_', '-')}", text]
    return words
