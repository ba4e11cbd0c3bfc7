"""Noise added to the weights: what a network bears, and how its effect depends on the width.

Source: Berlyand, Bourdais, Owhadi & Shmalo (2025). First experiment: a network trained with
MP-based pruning and penalties gets centred Gaussian noise of variance ``eps`` in every matrix but
the last; with ``eps`` near ``1/N`` accuracy and cross-entropy hardly change, while the regularised
loss grows. In expectation the penalty grows by ``lambda eps`` times the number of entries.

Second experiment: three layers ``[inputs, N, N, classes]``, noise ``R`` of entries ``N(0, g/N)`` in
the middle one. The Gaussian bound on the logits is, with probability ``1 - delta`` for all pictures
at once, ``||W_3||_inf ||relu(W_1 s + b_1)||_2 sqrt(2 g/N log(2 N |T|/delta))``. It falls with the
power -1/2 of the width, up to the root of the logarithm, where the two norms do not grow; whether
they do is measured too. The source's own diagnostic falls with the power -3/8. Derived here, as
what one expects rather than a bound: without the ReLU behind it the change of logit ``i`` has
standard deviation ``||w_i||_2 ||relu(W_1 s + b_1)||_2 sqrt(g/N)``, ``w_i`` the row of the last
matrix.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from rmt_studio.studies.course import portion
from rmt_studio.studies.lab.certificate import gaussian_reach
from rmt_studio.studies.lab.experiment import Findings, Lab, Pulse, Run
from rmt_studio.studies.lab.network import FullyConnected, fresh_network, penalty, score
from rmt_studio.studies.lab.noise_findings import LEVELS, NOISE, WIDTH, WIDTHS, found
from rmt_studio.studies.lab.pruning_while_training import Variant, measured, trained
from rmt_studio.studies.lab.rows import LabRow
from rmt_studio.studies.lab.training import train

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from rmt_studio.studies.lab.settings import NoiseSettings

PANELS = (LEVELS, WIDTHS)
_INPUTS, _CLASSES = 784, 10  # of Fashion-MNIST; no more than the progress bar rests on them


def runs(settings: NoiseSettings) -> list[Run]:
    """Return the noise levels, and each width, seed by seed."""
    whole = _entries((_INPUTS, *settings.hidden, _CLASSES)) * settings.epochs * 1.5
    return [
        run
        for seed in settings.every_seed
        for run in (
            Run(NOISE, seed, whole),
            *(
                Run(
                    f"{WIDTH} {width}",
                    seed,
                    _entries((_INPUTS, width, width, _CLASSES)) * settings.width_epochs,
                )
                for width in settings.widths
            ),
        )
    ]


def _entries(widths: Sequence[int]) -> int:
    return sum(a * b for a, b in pairwise(widths))


def carry_out(lab: Lab, run: Run) -> None:
    """Do one of the two experiments."""
    if run.name == NOISE:
        _levels(lab, run)
    else:
        _width(lab, int(run.name.removeprefix(WIDTH)), run.seed)


def findings(settings: NoiseSettings, rows: Sequence[LabRow]) -> Findings:
    """Say what the rows say, see `rmt_studio.studies.lab.noise_findings`."""
    return found(settings, rows)


def _levels(lab: Lab, run: Run) -> None:
    settings = lab.settings
    training = Lab(lab.data, settings, lab.device, lab.emit,
                   portion(lab.progress, 0.0, 0.6, "train"), lab.checkpoints)  # fmt: skip
    network = trained(training, run, Variant(prunes=True, l1=True, l2=True), emit=False)
    pulse = Pulse(portion(lab.progress, 0.6, 1.0, "add noise"))
    kept = [matrix.detach().clone() for matrix in network.matrices[:-1]]
    draw = torch.Generator().manual_seed(run.seed)
    steps = len(settings.levels) * settings.draws
    for place, level in enumerate(settings.levels):
        variance = level / max(settings.hidden)
        taken = []
        for step in range(settings.draws):
            pulse(place * settings.draws + step, steps)
            for matrix, clean in zip(network.matrices, kept, strict=False):
                matrix.data.copy_(clean + _gaussian(clean, variance, draw))
            taken.append(_of_draw(lab, network, pulse))
        means = {key: sum(one[key] for one in taken) / len(taken) for key in taken[0]}
        means["variance"] = variance
        means["penalty_growth"] = settings.l2 * variance * sum(one.numel() for one in kept)
        lab.emit(LabRow(LEVELS.key, NOISE, level, means, run.seed))
    for matrix, clean in zip(network.matrices, kept, strict=False):
        matrix.data.copy_(clean)


def _of_draw(lab: Lab, network: FullyConnected, pulse: Pulse) -> dict[str, float]:
    values = measured(lab, network, pulse)
    values["penalty"] = penalty(network, 0.0, lab.settings.l2)
    return values | {"regularised_loss": values["train_loss"] + values["penalty"]}


def _gaussian(like: Tensor, variance: float, draw: torch.Generator) -> Tensor:
    """Return noise of a weight's shape on its device, the same for one seed on every device."""
    noise = torch.randn(like.shape, generator=draw) * math.sqrt(variance)
    return noise.to(like.device)


def _width(lab: Lab, width: int, seed: int) -> None:
    settings = lab.settings
    data = lab.data if settings.largest_norm is None else lab.data.within(settings.largest_norm)
    widths = (data.train.shape[1], width, width, data.classes)
    network = fresh_network(widths, seed, lab.device, initialisation="gaussian")
    pulse = Pulse(lab.progress)
    timed = settings.model_copy(update={"epochs": settings.width_epochs})
    train(network, data, timed, l1=settings.l1, l2=0.0, seed=seed, progress=pulse)
    scored = score(network, data.test, data.test_labels, pulse.beat)
    network.double()
    inputs = data.test.double()
    draw = torch.Generator().manual_seed(seed)
    taken = [_shift(network, inputs, settings, draw, pulse) for _ in range(settings.draws)]
    values = {key: sum(one[key] for one in taken) / len(taken) for key in taken[0]}
    values["test_accuracy"] = 100 * scored.accuracy
    values["row_sum"] = network.matrices[-1].abs().sum(1).max().item()
    reach = gaussian_reach(width, len(inputs), settings.doubt) * math.sqrt(settings.strength)
    hidden = _mean_norm(network, inputs, pulse)
    values["input_norm"] = hidden
    values["shift_bound"] = values["row_sum"] * hidden * reach
    scale = values["row_sum"] * hidden
    values["theory_scale"] = scale * math.sqrt(math.log(2 * width) / width)
    longest = network.matrices[-1].norm(dim=1).max().item()
    values["row_scale"] = longest * hidden * math.sqrt(settings.strength / width)
    values["diagnostic_scale"] = scale / width**0.375
    lab.emit(LabRow(WIDTHS.key, WIDTH, width, values, seed))


@torch.no_grad()
def _mean_norm(network: FullyConnected, inputs: Tensor, pulse: Pulse) -> float:
    total = 0.0
    for part in _parts(inputs, pulse):
        total += network.inputs_and_logits(part)[1].norm(dim=1).sum().item()
    return total / len(inputs)


@torch.no_grad()
def _shift(
    network: FullyConnected,
    inputs: Tensor,
    settings: NoiseSettings,
    draw: torch.Generator,
    pulse: Pulse,
) -> dict[str, float]:
    """Return what one draw of noise in the middle layer does to the logits of all pictures.

    ``within`` is the share of pictures whose logits move no further than the Gaussian bound says
    of them; the bound is for all at once.
    """
    first, middle, last = network.linear
    noise = _gaussian(middle.weight.float(), settings.strength / len(middle.weight), draw).double()
    reach = gaussian_reach(len(noise), len(inputs), settings.doubt) * math.sqrt(settings.strength)
    row_sum = last.weight.abs().sum(1).max()
    shift = within = 0.0
    for part in _parts(inputs, pulse):
        entering = torch.relu(first(part))
        before = middle(entering)
        change = last(torch.relu(before + entering @ noise.T)) - last(torch.relu(before))
        size = change.abs().amax(1)
        shift += size.sum().item()
        within += (size <= row_sum * entering.norm(dim=1) * reach).sum().item()
    return {"shift": shift / len(inputs), "within": 100 * within / len(inputs)}


def _parts(inputs: Tensor, pulse: Pulse) -> Iterator[Tensor]:
    for part in inputs.split(1000):
        pulse.beat()
        yield part
