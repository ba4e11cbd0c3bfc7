"""The sparse layouts: bit by bit what compressed-tensors publishes, smaller, and never believed."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from rmt_studio.errors import InputError
from rmt_studio.models.export import export
from rmt_studio.models.exports import planes
from rmt_studio.models.exports.sparse_layout import (
    bitmask_parts,
    csr_parts,
    expanded,
    packed,
    stored_bytes,
)


def matrix(shape, density, seed=0, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(shape, generator=generator, dtype=torch.float32)
    return (values * (torch.rand(shape, generator=generator) < density)).to(dtype)


def test_that_a_bitmask_is_laid_out_as_published():
    """One row with its first, third and last of ten entries: bits 1010 0000 01, lowest first."""
    row = torch.tensor([[5.0, 0, -1, 0, 0, 0, 0, 0, 0, 2], [0.0] * 10])
    parts = bitmask_parts(row)
    assert parts["shape"].tolist() == [2, 10]
    assert parts["shape"].dtype == parts["row_offsets"].dtype == torch.int64
    assert parts["compressed"].tolist() == [5, -1, 2]
    assert parts["bitmask"].dtype == torch.uint8
    assert parts["bitmask"].tolist() == [[0b101, 0b10], [0, 0]]
    assert parts["row_offsets"].tolist() == [0, 3]


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
def test_that_csr_is_what_torch_makes_of_it():
    weight = matrix((40, 300), 0.02)
    ours, theirs = csr_parts(weight), weight.to_sparse_csr()
    assert torch.equal(ours["values"], theirs.values())
    assert torch.equal(ours["crow_indices"].long(), theirs.crow_indices())
    assert torch.equal(ours["col_indices"].long(), theirs.col_indices())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 24), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.01, 0.3, 0.6, 1.0]),
    st.sampled_from([torch.float32, torch.float16, torch.bfloat16]),
)
def test_that_whatever_is_packed_comes_back(shape, density, dtype):
    weight = matrix(shape, density, dtype=dtype)
    for parts in (packed("w", weight), *_all_ways(weight)):
        frames, plan = planes.pack(parts)
        back = planes.unpack(frames, plan, "file", 10**6)
        found = expanded(back, "file", 10**6)["w"]
        assert found.dtype == dtype
        assert torch.equal(found, weight)


def _all_ways(weight):
    if weight.ndim >= 2:
        for make in (bitmask_parts, csr_parts):
            yield {f"w.{part}": value for part, value in make(weight).items()}


@pytest.mark.parametrize(("density", "way"), [(0.5, "bitmask"), (0.02, "csr"), (1.0, "dense")])
def test_that_the_smaller_way_is_taken(density, way):
    weight = matrix((192, 768), density)
    sizes = stored_bytes(weight)
    assert min(sizes, key=sizes.get) == way
    assert sum(part.nbytes for part in packed("w", weight).values()) == min(sizes.values())


@pytest.mark.parametrize("dtype", ["fp32", "fp16", "bf16"])
def test_that_half_of_zeros_make_it_smaller_than_56_percent(deit_tiny, tmp_path, dtype):
    """Half of the entries of the attention and MLP matrices, by size over all of them."""
    state = deit_tiny.module.state_dict()
    before = {name: tensor.clone() for name, tensor in state.items()}
    inside = [deit_tiny.weight(layer) for layer in deit_tiny.layers if layer.in_block]
    limit = torch.cat([weight.abs().flatten() for weight in inside]).median()
    try:
        for weight in inside:
            weight[weight.abs() <= limit] = 0
        dense = export(deit_tiny, tmp_path / "dense.safetensors", dtype=dtype, verify=False)
        small = export(deit_tiny, tmp_path / "small.safetensors", format="compressed", dtype=dtype)
    finally:
        deit_tiny.module.load_state_dict(before)
    assert small.verified
    assert small.bytes <= 0.56 * dense.bytes


def test_that_without_zstd_it_is_the_published_layout_throughout(halved, tmp_path):
    report = export(halved, tmp_path / "out.safetensors", format="compressed", zstd=False)
    assert report.verified
    stored = load_file(report.path)
    name = "blocks.0.mlp.fc1.weight"
    bits = np.unpackbits(
        stored[f"{name}.bitmask"].numpy(), axis=-1, count=64, bitorder="little"
    ).astype(bool)
    full = torch.zeros(stored[f"{name}.shape"].tolist())
    full[torch.from_numpy(bits)] = stored[f"{name}.compressed"]
    assert torch.equal(full, halved.module.state_dict()[name])
    with safe_open(report.path, framework="pt") as file:
        layout = json.loads(file.metadata()["sparse_layout"])
        assert planes.KEY not in file.metadata()
    assert layout[name] == "sparse-bitmask"


@pytest.mark.parametrize(
    "spoil",
    [
        {"w.shape": torch.tensor([3, 10**6])},
        {"w.shape": torch.tensor([-3, 8])},
        {"w.shape": torch.tensor([24])},
        {"w.compressed": torch.ones(5)},
        {"w.bitmask": torch.full((3, 2), 255, dtype=torch.uint8)},
        {"w.row_offsets": torch.zeros(7, dtype=torch.int64)},
    ],
)
def test_that_parts_that_contradict_each_other_are_refused(spoil):
    parts = {f"w.{part}": value for part, value in bitmask_parts(matrix((3, 16), 0.5)).items()}
    with pytest.raises(InputError, match="do not fit together"):
        expanded({**parts, **spoil}, "file", 1000)
    missing = dict(list(parts.items())[:-1])
    with pytest.raises(InputError, match="do not fit together"):
        expanded(missing, "file", 1000)


@pytest.mark.parametrize(
    "spoil",
    [
        {"w.crow_indices": torch.tensor([0, 900, 2, 5], dtype=torch.int32)},
        {"w.crow_indices": torch.tensor([0, -3, 2, 5], dtype=torch.int32)},
        {"w.col_indices": torch.tensor([60_000] * 40, dtype=torch.int32)},
        {"w.values": torch.ones(5)},
    ],
)
def test_that_csr_that_points_elsewhere_is_refused(spoil):
    parts = {f"w.{part}": value for part, value in csr_parts(matrix((3, 16), 0.5)).items()}
    with pytest.raises(InputError, match="do not fit together"):
        expanded({**parts, **spoil}, "file", 1000)


def test_that_a_frame_that_claims_too_much_is_not_unpacked():
    import zstandard

    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(10**8))
    frame = torch.frombuffer(bytearray(bomb), dtype=torch.uint8)
    assert frame.numel() < 10_000
    for shape in ([10**8], [10], [-1], ["x"]):
        with pytest.raises(InputError, match="are broken"):
            planes.unpack({"w": frame}, json.dumps({"w": ["uint8", shape]}), "file", 10**7)
    for plan in ("{", "[]", '{"gone": ["uint8", [1]]}', '{"w": ["Tensor", [1]]}', '{"w": 3}'):
        with pytest.raises(InputError, match="are broken"):
            planes.unpack({"w": frame}, plan, "file", 10**9)


def test_that_a_bomb_in_a_file_is_refused_before_it_is_unpacked(halved, tmp_path):
    import zstandard

    from rmt_studio.models.exports.reading import load_pruned

    report = export(halved, tmp_path / "out.safetensors", format="compressed", verify=False)
    with safe_open(report.path, framework="pt") as file:
        metadata = file.metadata()
        stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    bomb = zstandard.ZstdCompressor().compress(bytes(10**9))
    stored["head.weight"] = torch.frombuffer(bytearray(bomb), dtype=torch.uint8)
    plan = {**json.loads(metadata["zstd"]), "head.weight": ["float32", [25 * 10**7]]}
    save_file(stored, tmp_path / "bomb.safetensors", {**metadata, "zstd": json.dumps(plan)})
    with pytest.raises(InputError, match="are broken"):
        load_pruned(tmp_path / "bomb.safetensors")
