"""Does a written file give the logits of the model in memory, in a process that knows nothing?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file

from rmt_studio.errors import InputError
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from torch import Tensor, nn

    from rmt_studio.models.exports.format import Format, Subject
    from rmt_studio.progress import Progress

IMAGES = 2
SEED = 20_240_229
TOLERANCE = 1e-4  # of the largest logit: float32 sums in another order differ by some 1e-6
_POLL = 0.1  # seconds between two looks at whether the person has cancelled
_WRITTEN, _WHOLE = 1, 2  # steps of an export: written, verified
_STORED = "stored."  # before the names of the tensors that a state dict should hold
_NOTE = "verifying in a fresh process"

_SCRIPT = Path(__file__).with_name("fresh_process.py")


@dataclass(frozen=True)
class Verification:
    """What a fresh process found.

    Attributes:
        max_logit_difference: largest absolute difference of a logit from the model in memory; None
            where the model is a state dict without an architecture, which has no logits.
        rounding: how much of it the dtype of the file accounts for: the largest difference between
            the model in memory and the same with its weights rounded; 0 for fp32.
        scale: the largest absolute logit.
        images: how many were shown.
        tensors: how many were compared bit by bit in place of logits.
    """

    max_logit_difference: float | None
    rounding: float
    scale: float
    images: int
    tensors: int = 0


def verify(
    chosen: Format, subject: Subject, file: Path, path: Path, progress: Progress
) -> Verification:
    """Run the format's own loading code on ``file`` in a fresh process and compare logits.

    The file has to give what the model in memory gives after its numbers are rounded to the dtype
    of the file, to ``TOLERANCE`` of the largest logit.

    Args:
        chosen: the format.
        subject: what the file should hold.
        file: the file or folder.
        path: where it will be, for messages.
        progress: called while the process works; may raise `Cancelled`, which ends the process.

    Raises:
        InputError: the process could not load the file, or its logits differ.
    """
    if not subject.model.can_run:
        return _verify_tensors(chosen, subject, file, path, progress)
    images = seeded_images(subject.model.data_config["input_size"])
    logits = logits_of((subject.opened or subject.model).module, images)
    if not logits.isfinite().all():
        raise _failed(path, "the model in memory gives logits that are not finite")
    rounded = logits
    if subject.options.dtype != "fp32":
        rounded = logits_of(chosen.rounded(subject), images)
    given = {"images": images, "logits": logits, "rounded": rounded.clone()}
    answer = _run(chosen, subject, file, path, progress, given)
    _judge(answer, path)
    rounding = (logits - rounded).abs().max().item()
    return Verification(answer["from_memory"], rounding, answer["scale"], IMAGES)


def _verify_tensors(
    chosen: Format, subject: Subject, file: Path, path: Path, progress: Progress
) -> Verification:
    """Compare every tensor of a state dict that no architecture is known for; bit by bit."""
    given = {f"{_STORED}{name}": tensor.clone() for name, tensor in subject.tensors().items()}
    answer = _run(chosen, subject, file, path, progress, given)
    if answer["different"]:
        raise _failed(path, f"{answer['different']} of its tensors differ from those in memory")
    return Verification(None, 0.0, 0.0, 0, len(given))


def _run(
    chosen: Format,
    subject: Subject,
    file: Path,
    path: Path,
    progress: Progress,
    given: dict[str, Tensor],
) -> dict[str, float]:
    """Run the loading code in a fresh process beside what it should give."""
    with tempfile.TemporaryDirectory(prefix="rmt_studio_") as folder:
        reference, snippet = Path(folder) / "reference.safetensors", Path(folder) / "snippet.py"
        save_file(given, reference)
        snippet.write_text(chosen.snippet(subject, str(file.absolute())), encoding="utf-8")
        command = [sys.executable, "-P", str(_SCRIPT), str(snippet), str(reference)]
        return _ask(command, path, progress)


def _judge(answer: dict[str, float], path: Path) -> None:
    difference = answer["from_rounded"]
    if not difference <= TOLERANCE * max(answer["scale"], 1.0):
        raise _failed(path, f"its logits differ by up to {difference:.3g} from those in memory")
    if answer["own_modules"]:
        raise _failed(path, "the code that loads it imports rmt_studio")


def seeded_images(input_size: tuple[int, int, int]) -> Tensor:
    """Return the noise that both sides are shown, shape ``(IMAGES, channels, height, width)``."""
    generator = torch.Generator().manual_seed(SEED)
    return torch.randn(IMAGES, *input_size, generator=generator)


def logits_of(module: nn.Module, images: Tensor) -> Tensor:
    """Return the logits of a network in memory, on the CPU."""
    device = next(module.parameters()).device
    with torch.inference_mode():
        return module(images.to(device)).cpu().contiguous()


def _ask(command: list[str], path: Path, progress: Progress) -> dict[str, float]:
    """Run the fresh process to its end, on one core of the CPU, and read its answer."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
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
            progress(_WRITTEN, _WHOLE, _NOTE)


def _failed(path: Path, reason: str) -> InputError:
    return InputError(path, f"was not written: {reason}", "what stood there before is untouched")
