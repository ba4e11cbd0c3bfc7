"""`load_pruned` opens every safetensors export and refuses everything else."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import save_file

import rmt_studio
from rmt_studio.errors import InputError
from rmt_studio.models.export import export


@pytest.mark.parametrize("key", ["dense", "hf", "compressed", "2:4"])
def test_that_an_export_comes_back_with_its_weights_and_its_past(two_of_four, tmp_path, key):
    two_of_four.provenance["recipe"] = json.dumps({"name": "2:4", "rules": {}})
    path = tmp_path / ("folder" if key == "hf" else "out.safetensors")
    dtype = {"2:4": "bf16"}.get(key, "fp32")
    report = export(two_of_four, path, format=key, dtype=dtype, verify=False)
    again = rmt_studio.load_pruned(path)
    assert again.architecture == two_of_four.architecture
    assert again.source.sha256 == report.sha256
    assert again.provenance["source_sha256"] == two_of_four.source.sha256
    assert json.loads(again.provenance["recipe"])["name"] == "2:4"
    assert json.dumps(again.data_config) == json.dumps(two_of_four.data_config)
    rounded = report.dtype == "bf16"
    for name, tensor in two_of_four.module.state_dict().items():
        wanted = tensor.bfloat16().float() if rounded else tensor
        assert torch.equal(again.module.state_dict()[name], wanted), name


def test_that_what_came_back_is_written_again_with_its_whole_past(two_of_four, tmp_path):
    two_of_four.provenance["recipe"] = json.dumps({"name": "2:4", "rules": {}})
    export(two_of_four, tmp_path / "a.safetensors", format="compressed", verify=False)
    first = export(two_of_four, tmp_path / "dense.safetensors", verify=False)
    again = rmt_studio.load_pruned(tmp_path / "a.safetensors")
    (tmp_path / "b").mkdir()
    second = export(again, tmp_path / "b" / "dense.safetensors", verify=False)
    assert first.sha256 == second.sha256


@pytest.mark.parametrize("key", ["compressed", "2:4"])
def test_that_a_packed_export_opens_as_a_checkpoint_too(two_of_four, tmp_path, key):
    path = export(two_of_four, tmp_path / "out.safetensors", format=key, verify=False).path
    for again in (
        rmt_studio.load_model(path),
        rmt_studio.load_model("vit_tiny_patch16_224", checkpoint=path),
    ):
        name = "blocks.0.mlp.fc1.weight"
        assert again.module.state_dict()[name].shape == (256, 64)
    with pytest.raises(InputError, match="is an export of vit_tiny_patch16_224 and not of deit"):
        rmt_studio.load_model("deit_tiny_patch16_224", checkpoint=path)


@pytest.mark.parametrize("key", ["dense", "compressed"])
def test_that_a_bare_state_dict_is_written_and_compared_tensor_by_tensor(tmp_path, key):
    state = {"a.weight": torch.eye(64), "b.steps": torch.arange(3)}
    save_file(state, tmp_path / "bare.safetensors")
    bare = rmt_studio.load_model("bare", checkpoint=tmp_path / "bare.safetensors")
    report = export(bare, tmp_path / "out.safetensors", format=key)
    assert (report.verified, report.max_logit_difference) == (True, None)
    assert report.tensors_compared == 2
    space = {}
    exec(report.snippet, space)
    assert torch.equal(space["stored"]["a.weight"], state["a.weight"])
    with pytest.raises(InputError, match="its architecture is not known"):
        export(bare, tmp_path / "out.onnx", format="onnx")


def test_that_a_stranger_is_sent_elsewhere(model, tmp_path):
    save_file(model.module.state_dict(), tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="load_model"):
        rmt_studio.load_pruned(tmp_path / "other.safetensors")
    with pytest.raises(InputError, match=r"[Nn]o such file"):
        rmt_studio.load_pruned(tmp_path / "gone.safetensors")
