"""2:4: found by pattern, half the values, and on a GPU the same logits by sparse kernels."""

from __future__ import annotations

import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.models.export import export, subject_of
from rmt_studio.models.exports import FORMATS
from rmt_studio.models.exports.semi_structured import semi_structured_layers, two_of_four


def test_that_the_pattern_is_told_from_the_weights():
    assert two_of_four(torch.tensor([[1.0, 0, 2, 0, 0, 0, 0, 3]]))
    assert not two_of_four(torch.tensor([[1.0, 0, 2, 3, 0, 0, 0, 0]]))


def test_that_layers_of_pattern_and_size_are_listed(two_of_four):
    found = semi_structured_layers(two_of_four.module)
    assert len(found) == 8  # qkv, proj, fc1 and fc2 of two blocks; not the head
    assert "head" not in found


def test_that_it_takes_nine_sixteenths_of_each_matrix(two_of_four):
    one = FORMATS["2:4"]
    dense = FORMATS["dense"]
    subject = subject_of(two_of_four, one)
    entries = sum(layer.size for layer in two_of_four.layers if layer.in_block)
    rows = sum(layer.shape[0] for layer in two_of_four.layers if layer.in_block)
    names = 8 * 2 * 8  # the shape of each of eight tensors
    saved = dense.content_bytes(subject) - one.content_bytes(subject)
    assert saved == 2 * entries - (2 * entries * 9 // 16 + 8 * rows + names)


def test_that_a_model_without_the_pattern_is_refused(model, tmp_path):
    with pytest.raises(InputError, match="prune by the pattern 2:4 first"):
        export(model, tmp_path / "out.safetensors", format="2:4")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="semi-structured tensors need a GPU")
@pytest.mark.parametrize("dtype", ["fp16", "bf16"])
def test_that_sparse_kernels_give_the_logits_of_the_dense_matrices(two_of_four, tmp_path, dtype):
    from torch.sparse import SparseSemiStructuredTensor

    report = export(two_of_four, tmp_path / "out.safetensors", format="2:4", dtype=dtype)
    space = {}
    exec(report.snippet, space)
    loaded = space["model"]
    assert isinstance(loaded.blocks[0].mlp.fc1.weight, SparseSemiStructuredTensor)
    kind = subject_of(two_of_four, FORMATS["2:4"], dtype=dtype).dtype
    images = torch.randn(8, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        sparse = loaded(images.to("cuda", kind)).float().cpu()
        dense = two_of_four.module(images)
    # one rounding of 2^-8 (bf16) or 2^-11 (fp16) per layer of some twenty, on the logits' scale
    unit = {"fp16": 2.0**-11, "bf16": 2.0**-8}[dtype]
    assert (sparse - dense).abs().max() <= 20 * unit * dense.abs().max()
