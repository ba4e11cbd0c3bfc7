"""The network as a program of PyTorch's own: `torch.export`, weights and graph in one ``.pt2``."""

from __future__ import annotations

import io
import json
import warnings
from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError
from rmt_studio.models.exports.code import lines, quoted
from rmt_studio.models.exports.format import Format, Subject, dense_bytes
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.progress import Progress

ABOUT = "rmt_studio.json"  # the file inside the archive that holds the metadata


def example_images(subject: Subject) -> torch.Tensor:
    """Return a batch of two to trace with: one image would be taken for a fixed batch size."""
    channels, *size = subject.model.data_config["input_size"]
    return torch.zeros(2, channels, *size)


def _write(subject: Subject, path: Path, progress: Progress) -> None:
    progress(0, 2, "tracing the network")
    batch = torch.export.Dim("batch")
    module = subject.module
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch about its own insides
            images = example_images(subject)
            program = torch.export.export(module, (images,), dynamic_shapes=({0: batch},))
    except Exception as error:  # a tracer meets what it does not know in any way
        raise untraceable(subject, error) from error
    progress(1, 2, "writing")
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # paths of this installation
    program.example_inputs = None  # images of zeros, which nobody needs
    held = io.BytesIO()  # a path would be written into the archive
    about = json.dumps(subject.metadata, sort_keys=True)
    torch.export.save(program, held, extra_files={ABOUT: about})
    path.write_bytes(held.getbuffer())


def untraceable(subject: Subject, error: Exception) -> InputError:
    """Return the error for a network that cannot be turned into a graph."""
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    reason = f"cannot be traced ({shown(first, 160)})"
    return InputError(subject.model.title, reason, "export it as safetensors")


def _snippet(subject: Subject, path: str) -> str:
    return lines("import torch", "", f"model = torch.export.load({quoted(path)}).module()")


PROGRAM = Format(
    key="torch-export",
    label="PyTorch program",
    gives="Graph and weights by torch.export. Needs PyTorch alone, not timm; any batch size.",
    suffix=".pt2",
    dtypes=("fp32",),
    write=_write,
    snippet=_snippet,
    loads_with=("torch",),
    content_bytes=dense_bytes,
    own_layers=True,
)
