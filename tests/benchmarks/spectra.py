"""How fast a model's spectra are: ``python -m tests.benchmarks.spectra [--models NAME ...]``.

In one process, alternating: the full analysis of a timm model with its own initial weights
(spectrum and default fit of every matrix, q, k and v apart) and a bare loop of
``torch.linalg.eigvalsh`` over the same Gram matrices in float64. Medians of ``--repeats`` runs.
"""

from __future__ import annotations

import argparse
import statistics
import time

import timm
import torch

from rmt_studio.analysis import analyze
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loading import LoadedModel, Source

MODELS = ("vit_tiny_patch16_224", "vit_small_patch16_224", "vit_base_patch16_224")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, medians in seconds")
    titles = ("matrices", "p^2 n", "analyze", "eigvalsh", "ratio", "ns/p^2n")
    print(f"{'model':<26}" + "".join(f"{title:>10}" for title in titles))
    for name in arguments.models:
        model = initial(name)
        ours, bare = alternate(model, arguments.repeats)
        work = sum(min(x.shape) ** 2 * max(x.shape) for x in model.layers)
        print(
            f"{name:<26}{len(model.layers):>10}{work:>10.2g}{ours:>10.2f}{bare:>10.2f}"
            f"{ours / bare:>10.2f}{1e9 * ours / work:>10.3f}"
        )


def initial(name: str) -> LoadedModel:
    """Return the network with the weights that timm initialises it with."""
    torch.manual_seed(0)
    module = timm.create_model(name).eval()
    return LoadedModel(module, name, Source("pretrained", name), matrices_of(module), {})


def alternate(model: LoadedModel, repeats: int) -> tuple[float, float]:
    """Return the median seconds of the analysis and of the bare loop, taken in turns."""
    analyze(model, layers=[model.layers[0].name])
    ours, bare = [], []
    for _ in range(repeats):
        ours.append(seconds(analyze, model))
        bare.append(seconds(bare_loop, model))
    return statistics.median(ours), statistics.median(bare)


def bare_loop(model: LoadedModel) -> None:
    """Take the eigenvalues of every Gram matrix, and nothing else."""
    for layer in model.layers:
        weight = model.weight(layer).double()
        tall = weight if weight.shape[0] >= weight.shape[1] else weight.mT
        torch.linalg.eigvalsh(tall.mT @ tall / tall.shape[0])


def seconds(work, *arguments) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
