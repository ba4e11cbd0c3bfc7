"""ONNX, by PyTorch's dynamo exporter, without what it notes of this machine."""

from __future__ import annotations

import warnings
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

import torch

from rmt_studio.models.exports.code import lines, quoted
from rmt_studio.models.exports.format import Format, Subject, dense_bytes
from rmt_studio.models.exports.program import example_images, untraceable

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.progress import Progress

OPSET = 23  # the first with Attention; the newest that PyTorch's exporter writes of itself


def _write(subject: Subject, path: Path, progress: Progress) -> None:
    progress(0, 2, "tracing the network")
    try:
        graph = _traced(subject)
    except Exception as error:  # as in `program`
        raise untraceable(subject, error) from error
    progress(1, 2, "writing")
    _forget_machine(graph.graph)
    for function in graph.functions:
        _forget_machine(function)
    del graph.metadata_props[:]
    for key, text in sorted(subject.metadata.items()):
        graph.metadata_props.add(key=key, value=text)
    path.write_bytes(graph.SerializeToString(deterministic=True))


def _traced(subject: Subject) -> Any:  # noqa: ANN401 - onnx is an optional extra
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore")  # of the exporter about its own insides
        program = torch.onnx.export(
            subject.module,
            (example_images(subject),),
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            input_names=["images"],
            output_names=["logits"],
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None  # noqa: S101 - without a file name it is returned
    return program.model_proto


def _forget_machine(graph: Any) -> None:  # noqa: ANN401
    """Take out the stack traces, which hold the paths of this installation."""
    for node in graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*graph.value_info, *getattr(graph, "input", ()), *getattr(graph, "output", ())):
        if hasattr(value, "metadata_props"):
            del value.metadata_props[:]
    if hasattr(graph, "metadata_props"):
        del graph.metadata_props[:]


def _snippet(subject: Subject, path: str) -> str:
    channels, *size = subject.model.data_config["input_size"]
    shape = ", ".join(map(str, ("n", channels, *size)))
    return lines(
        "import numpy as np",
        "import onnxruntime",
        "",
        'providers = ["CPUExecutionProvider"]',
        f"session = onnxruntime.InferenceSession({quoted(path)}, providers=providers)",
        "",
        "",
        f"def model(images):  # float32, ({shape})",
        '    return session.run(["logits"], {"images": np.asarray(images)})[0]',
    )


ONNX = Format(
    key="onnx",
    label="ONNX",
    gives=f"For onnxruntime and whatever else reads ONNX (opset {OPSET}); any batch size.",
    suffix=".onnx",
    dtypes=("fp32",),
    write=_write,
    snippet=_snippet,
    loads_with=("numpy", "onnxruntime"),
    content_bytes=dense_bytes,
    own_layers=True,
    extra="onnx",
    needs=("onnx", "onnxscript", "onnxruntime"),
)
