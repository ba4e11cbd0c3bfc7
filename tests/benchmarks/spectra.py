"""How fast a model's spectra are: ``python -m tests.benchmarks.spectra [MODEL ...]``.

In one process and in alternation, so that both see the same machine; medians of ``--repeats``
runs on a timm model with the weights that timm initialises it with:

- ``analyze``: the full analysis of every matrix, q, k and v apart: singular values to 1e-10,
  default bulk fit, Tracy-Widom test, exponent of the tail. Several matrices at a time, one core
  each. ``entries`` is the same with the moments of the entries as well, which the window shows.
- ``eigvalsh``: a bare loop of `torch.linalg.eigvalsh` over the same Gram matrices in float64 with
  torch's default threads, and nothing else.
- ``1 core``: that loop with one matrix per core at a time, as ``analyze`` goes about it: what of
  the difference is due to that alone.
- ``cached``: the analysis (entries too) of a model whose spectra are in the cache, as on reopening.
- ``CPU``: processor time of ``analyze`` over that of ``1 core``; it hardly feels what else runs.
- ``memory``: by how many MiB the process grew at most during one analysis, entries too, over one
  layer's worth: the largest matrix in float64, its Gram matrix and the solver's copy of that. Its
  threads ran before, on a matrix each. The largest of ``--repeats`` runs. Linux only.

``--weightwatcher`` adds WeightWatcher's ``analyze(mp_fit=True)`` on the last model (alone, since it
takes most of a minute), which computes about the same per matrix: singular values, power-law fit
and Marchenko-Pastur fit, a fused qkv as one matrix. It needs the extra ``bench``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import statistics
import tempfile
import time
import warnings
from functools import partial
from typing import NamedTuple

import timm
import torch

from rmt_studio.analysis import SpectrumCache, analyze
from rmt_studio.analysis.workers import at_work, worker_count
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loading import LoadedModel, Source
from tests.benchmarks.memory import can_measure, growth, one_layers_worth

MODELS = [f"vit_{size}_patch16_224" for size in ("tiny", "small", "base", "large")]
TITLES = ("matrices", "p^2n", "analyze", "entries", "eigvalsh", "1 core", "ratio", "CPU")
MORE_TITLES = ("ns/p^2n", "cached", "memory")


class Taken(NamedTuple):
    """What one run took."""

    seconds: float
    processor_seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", default=MODELS, metavar="MODEL")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--weightwatcher", action="store_true")
    arguments = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, medians in seconds")
    print(f"{'model':<24}" + "".join(f"{title:>9}" for title in TITLES + MORE_TITLES))
    for name in arguments.models:
        compare(initial(name), arguments.repeats)
    if arguments.weightwatcher:
        beside_weightwatcher(arguments.models[-1], arguments.repeats)


def initial(name: str) -> LoadedModel:
    """Return the network with the weights that timm initialises it with."""
    torch.manual_seed(0)
    module = timm.create_model(name).eval()
    return LoadedModel(module, name, Source("pretrained", name), matrices_of(module), {})


def compare(model: LoadedModel, repeats: int) -> None:
    """Print one line of the table."""
    once = [layer.name for layer in model.layers[: worker_count(len(model.layers), "cpu")]]
    analyze(model, layers=once)  # whatever is computed once in a process or a thread's place
    grown = memory(model, repeats)
    with tempfile.TemporaryDirectory() as folder:
        cached = partial(analyze, model, cache=SpectrumCache(folder))
        cached()
        rivals = [
            partial(analyze, model, entries=False),
            partial(analyze, model),
            partial(bare_loop, model),
            partial(bare_at_work, model),
            cached,
        ]
        runs = [[taken(rival) for rival in rivals] for _ in range(repeats)]
    by_rival = zip(*runs, strict=True)
    seconds = [statistics.median(run.seconds for run in of_one) for of_one in by_rival]
    ours, entries, bare, bare_cores, reopened = seconds
    processor = statistics.median(
        run[0].processor_seconds / run[3].processor_seconds for run in runs
    )
    work = sum(min(x.shape) ** 2 * max(x.shape) for x in model.layers)
    print(
        f"{model.architecture:<24}{len(model.layers):>9}{work:>9.2g}{ours:>9.2f}{entries:>9.2f}"
        f"{bare:>9.2f}{bare_cores:>9.2f}{ours / bare:>9.2f}{processor:>9.2f}"
        f"{1e9 * ours / work:>9.4f}{reopened:>9.2f}{grown:>9}",
        flush=True,
    )


def taken(work: partial) -> Taken:
    """Return how long a call takes."""
    began, processor = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - began, time.process_time() - processor)


def bare_loop(model: LoadedModel) -> None:
    """Take the eigenvalues of every Gram matrix, and nothing else."""
    for layer in model.layers:
        bare(model.weight(layer))


def bare_at_work(model: LoadedModel) -> None:
    """Do the same with one matrix per core."""
    weights = [model.weight(layer) for layer in model.layers]
    with at_work(bare, weights, worker_count(len(weights), "cpu")) as futures:
        for future in futures:
            future.result()


def bare(weight: torch.Tensor) -> torch.Tensor:
    """Return the eigenvalues of one Gram matrix."""
    weight = weight.double()
    tall = weight if weight.shape[0] >= weight.shape[1] else weight.mT
    return torch.linalg.eigvalsh(tall.mT @ tall / tall.shape[0])


def memory(model: LoadedModel, repeats: int) -> str:
    """Return by how many MiB an analysis grows the process, and one layer's worth."""
    if not can_measure():
        return "?"
    grown = max(growth(partial(analyze, model)) for _ in range(repeats))
    return f"{grown >> 20}/{one_layers_worth(model.layers) >> 20}"


def beside_weightwatcher(name: str, repeats: int) -> None:
    """Print how long WeightWatcher takes for the same model."""
    import weightwatcher

    logging.disable(logging.CRITICAL)
    os.environ.setdefault("MPLBACKEND", "agg")
    model = initial(name)
    ours = statistics.median(taken(partial(analyze, model)).seconds for _ in range(repeats))
    watcher = weightwatcher.WeightWatcher(model=model.module)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        theirs = taken(partial(watcher.analyze, mp_fit=True)).seconds
    print(
        f"{name}: WeightWatcher {weightwatcher.__version__} analyze(mp_fit=True) {theirs:.1f} s, "
        f"analyze {ours:.2f} s (entries too): {theirs / ours:.1f} times as fast"
    )


if __name__ == "__main__":
    main()
