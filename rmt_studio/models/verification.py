"""Does a written file give the logits of the model in memory, in a process that knows nothing?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file

from rmt_studio.errors import InputError
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from torch import Tensor

    from rmt_studio.models.loaded_model import LoadedModel
    from rmt_studio.progress import Progress

IMAGES = 2
SEED = 20_240_229
TOLERANCE = 1e-4  # of the largest logit: float32 sums in another order differ by some 1e-6
_POLL = 0.1  # seconds between two looks at whether the person has cancelled

_SCRIPT = Path(__file__).with_name("fresh_process.py")


def logit_difference(model: LoadedModel, file: Path, path: Path, progress: Progress) -> float:
    """Load ``file`` in a fresh process and return the largest difference of a logit.

    Args:
        model: what the file should hold.
        file: the file.
        path: where it will be, for messages.
        progress: called while the process works; may raise `Cancelled`, which ends the process.

    Raises:
        InputError: the process could not load the file, or its logits differ by more than
            ``TOLERANCE`` times the largest logit.
    """
    images = seeded_images(model.data_config["input_size"])
    logits = logits_of(model, images)
    if not logits.isfinite().all():
        raise _failed(path, "the model in memory gives logits that are not finite")
    with tempfile.TemporaryDirectory(prefix="rmt_studio_") as folder:
        reference = Path(folder) / "reference.safetensors"
        save_file({"images": images, "logits": logits}, reference)
        answer = _ask(
            [sys.executable, "-P", str(_SCRIPT), str(file), str(reference)], path, progress
        )
    difference, scale = float(answer["difference"]), float(answer["scale"])
    if not difference <= TOLERANCE * max(scale, 1.0):
        raise _failed(path, f"its logits differ by up to {difference:.3g} from those in memory")
    return difference


def seeded_images(input_size: tuple[int, int, int]) -> Tensor:
    """Return the noise that both sides are shown, shape ``(IMAGES, channels, height, width)``."""
    generator = torch.Generator().manual_seed(SEED)
    return torch.randn(IMAGES, *input_size, generator=generator)


def logits_of(model: LoadedModel, images: Tensor) -> Tensor:
    """Return the logits of the model in memory, on the CPU."""
    device = next(model.module.parameters()).device
    with torch.inference_mode():
        return model.module(images.to(device)).cpu().contiguous()


def _ask(command: list[str], path: Path, progress: Progress) -> dict[str, float]:
    """Run the fresh process to its end, on one core, and read its answer."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(  # noqa: S603  our own interpreter, our own script, no shell
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            output, errors = _wait(process, progress)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        last_line = next(iter(errors.strip().splitlines()[-1:]), "no message")
        raise _failed(path, f"a fresh process could not load it ({shown(last_line, 200)})")
    return json.loads(output.splitlines()[-1])


def _wait(process: subprocess.Popen[str], progress: Progress) -> tuple[str, str]:
    while True:
        try:
            return process.communicate(timeout=_POLL)
        except subprocess.TimeoutExpired:
            progress(1, 2, "verifying in a fresh process")


def _failed(path: Path, reason: str) -> InputError:
    return InputError(path, f"was not written: {reason}", "what stood there before is untouched")
