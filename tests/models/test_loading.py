"""Opening models: what timm itself would give, from every kind of place, or one clear error."""

from __future__ import annotations

import copy
import json

import pytest
import timm
import torch
from safetensors.torch import load_file, save_file

from rmt_studio.errors import InputError
from rmt_studio.models import load_model
from rmt_studio.progress import Cancelled

TINY = "vit_tiny_patch16_224"


def logits(module, shape):
    images = torch.randn(2, *shape, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        return module(images)


def test_that_a_folder_opens_as_timm_opens_it(tiny_folder):
    model = load_model(str(tiny_folder))
    by_timm = timm.create_model(f"local-dir:{tiny_folder}", pretrained=True).eval()
    assert torch.equal(logits(model.module, (1, 16, 16)), logits(by_timm, (1, 16, 16)))
    wanted = timm.data.resolve_model_data_config(by_timm)
    assert json.dumps(model.data_config) == json.dumps(wanted)  # timm leaves JSON's lists in it
    assert model.source.kind == "folder"
    assert model.title == "tiny"


def test_that_a_loaded_model_is_ready_for_evaluation(tiny_folder):
    model = load_model(tiny_folder)
    assert not model.module.training
    assert {p.dtype for p in model.module.parameters()} == {torch.float32}
    assert {p.device.type for p in model.module.parameters()} == {"cpu"}
    assert all(p.requires_grad for p in model.module.blocks.parameters())


def test_that_deit_tiny_is_what_plain_timm_gives(deit_tiny_checkpoint):
    model = load_model("deit_tiny_patch16_224", checkpoint=deit_tiny_checkpoint)
    plain = timm.create_model("deit_tiny_patch16_224").eval()
    plain.load_state_dict(load_file(deit_tiny_checkpoint))
    assert torch.equal(logits(model.module, (3, 224, 224)), logits(plain, (3, 224, 224)))
    assert model.parameter_count == 5_717_416  # the 5.7 M of Touvron et al. (2021), table 1
    assert model.block_parameter_count == 12 * 12 * 192**2
    assert model.data_config["input_size"] == (3, 224, 224)
    assert model.title == "deit_tiny_patch16_224"


def test_that_provenance_is_text_without_paths(tiny_folder):
    provenance = load_model(tiny_folder).provenance
    assert provenance["architecture"] == TINY
    assert json.loads(provenance["model_args"])["embed_dim"] == 32
    assert len(provenance["source_sha256"]) == 64
    assert all(isinstance(v, str) and str(tiny_folder) not in v for v in provenance.values())


@pytest.mark.parametrize("wrapper", ["", "model", "state_dict", "model_ema", "state_dict_ema"])
@pytest.mark.parametrize("prefix", ["", "module.", "module._orig_mod."])
@pytest.mark.parametrize("zipped", [True, False])
def test_that_the_usual_wrappings_of_a_state_dict_open(
    tmp_path, tiny_folder, tiny_module, wrapper, prefix, zipped
):
    state = {prefix + name: tensor for name, tensor in tiny_module.state_dict().items()}
    content = {wrapper: state, "epoch": 3, "lr": [0.1]} if wrapper else state
    torch.save(content, tmp_path / "a.pth", _use_new_zipfile_serialization=zipped)
    model = load_model(tiny_folder, checkpoint=tmp_path / "a.pth")
    assert torch.equal(model.module.head.weight, tiny_module.head.weight)
    assert model.provenance.get("source_part", "") == wrapper


def test_that_averaged_weights_win_over_the_last_ones(tmp_path, tiny_folder, tiny_module):
    averaged = copy.deepcopy(tiny_module)
    averaged.head.weight.data += 1
    both = {"model": tiny_module.state_dict(), "model_ema": averaged.state_dict()}
    torch.save(both, tmp_path / "a.pth")
    model = load_model(tiny_folder, checkpoint=tmp_path / "a.pth")
    assert torch.equal(model.module.head.weight, averaged.head.weight)


def test_that_the_classifier_follows_the_checkpoint(tmp_path, tiny_folder, tiny_module):
    tiny_module.reset_classifier(7)
    save_file(tiny_module.state_dict(), tmp_path / "seven.safetensors")
    model = load_model(tiny_folder, checkpoint=tmp_path / "seven.safetensors")
    assert model.layer("head").shape == (7, 32)
    assert json.loads(model.provenance["model_args"])["num_classes"] == 7


def test_that_a_checkpoint_without_classifier_opens_without_one(tmp_path, tiny_folder, tiny_module):
    tiny_module.reset_classifier(0)
    save_file(tiny_module.state_dict(), tmp_path / "none.safetensors")
    model = load_model(tiny_folder, checkpoint=tmp_path / "none.safetensors")
    assert "head" not in [layer.name for layer in model.layers]


def test_that_another_number_of_classes_than_the_weights_have_is_refused(tiny_folder):
    with pytest.raises(InputError, match=r"head.weight is 10x32 and not 3x32"):
        load_model(tiny_folder, num_classes=3)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_that_other_float_types_become_float32(tmp_path, tiny_folder, tiny_module, dtype):
    save_file(copy.deepcopy(tiny_module).to(dtype).state_dict(), tmp_path / "a.safetensors")
    model = load_model(tiny_folder, checkpoint=tmp_path / "a.safetensors")
    expected = tiny_module.head.weight.to(dtype).float()
    assert torch.equal(model.module.head.weight, expected)


SMALL = {
    "swin_tiny_patch4_window7_224": {
        "img_size": 32, "window_size": 4, "embed_dim": 16, "depths": [2, 1], "num_heads": [2, 2],
    },
    "beit_base_patch16_224": {"img_size": 32, "embed_dim": 32, "depth": 1, "num_heads": 2},
    "eva02_tiny_patch14_224": {"img_size": 28, "embed_dim": 48, "depth": 1, "num_heads": 2},
    "deit_tiny_distilled_patch16_224": {
        "img_size": 32, "embed_dim": 32, "depth": 1, "num_heads": 2,
    },
    "convit_tiny": {"img_size": 32, "embed_dim": 16, "depth": 2, "num_heads": 2},
}  # fmt: skip


@pytest.mark.parametrize("architecture", SMALL)
def test_that_networks_with_tables_of_their_own_give_the_logits_they_were_saved_with(
    make_folder, architecture
):
    arguments = {**SMALL[architecture], "num_classes": 5}
    module = timm.create_model(architecture, **arguments).eval()
    size = [3, arguments["img_size"], arguments["img_size"]]
    model = load_model(make_folder(module, architecture, arguments, {"input_size": size}))
    torch.testing.assert_close(logits(model.module, size), logits(module, size), rtol=0, atol=0)


def test_that_loading_leaves_the_random_numbers_alone(make_folder):
    arguments = SMALL["beit_base_patch16_224"]
    module = timm.create_model("beit_base_patch16_224", **arguments)
    folder = make_folder(module, "beit_base_patch16_224", arguments, {"input_size": [3, 32, 32]})
    before = torch.get_rng_state()
    load_model(folder)
    assert torch.equal(torch.get_rng_state(), before)


def test_that_tables_which_timm_recomputes_may_stand_in_the_checkpoint(make_folder, tmp_path):
    arguments = SMALL["swin_tiny_patch4_window7_224"]
    module = timm.create_model("swin_tiny_patch4_window7_224", **arguments)
    folder = make_folder(module, "swin_tiny_patch4_window7_224", arguments, {})
    tables = {n: t for n, t in module.named_buffers() if n.endswith("relative_position_index")}
    assert tables
    save_file({**module.state_dict(), **tables}, tmp_path / "published.safetensors")
    load_model(folder, checkpoint=tmp_path / "published.safetensors")


def test_that_a_wrong_architecture_names_the_first_misfits(deit_tiny_checkpoint):
    with pytest.raises(InputError) as raised:
        load_model("vit_small_patch16_224", checkpoint=deit_tiny_checkpoint)
    message = str(raised.value)
    assert "does not fit vit_small_patch16_224" in message
    assert "cls_token is 1x1x192 and not 1x1x384" in message
    assert "and 148 more" in message
    assert "\n" not in message


def test_that_missing_and_unexpected_tensors_are_counted_and_named(
    tmp_path, tiny_folder, tiny_module
):
    state = tiny_module.state_dict()
    del state["norm.weight"], state["norm.bias"]
    state["extra.weight"] = torch.zeros(2)
    save_file(state, tmp_path / "a.safetensors")
    with pytest.raises(InputError) as raised:
        load_model(tiny_folder, checkpoint=tmp_path / "a.safetensors")
    assert "2 missing (norm.weight, norm.bias)" in str(raised.value)
    assert "1 unexpected (extra.weight)" in str(raised.value)


def test_that_integers_are_no_weights(tmp_path, tiny_folder, tiny_module):
    state = tiny_module.state_dict()
    state["norm.weight"] = torch.ones(32, dtype=torch.int64)
    save_file(state, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match=r"norm.weight is torch.int64 and not torch.float32"):
        load_model(tiny_folder, checkpoint=tmp_path / "a.safetensors")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("deit_tiny_patch16_225", "did you mean deit_tiny_patch16_224"),
        ("deit_tiny", "did you mean deit_tiny_patch16_224,"),
        ("deit_tiny_patch16_224.nonsense", "use one of fb_in1k"),
        ("no/such/folder", "no such file or folder"),
        ("weights.safetensors", "no such file or folder"),
        ("", "not an architecture"),
        ("\x1b[31mred", r"\\x1b"),
    ],
)
def test_that_an_unknown_name_gets_the_nearest_known_ones(name, expected):
    with pytest.raises(InputError, match=expected):
        load_model(name)


def test_that_a_file_alone_asks_for_its_architecture(tiny_folder):
    with pytest.raises(InputError, match="name its architecture"):
        load_model(tiny_folder / "model.safetensors")


def test_that_a_missing_checkpoint_is_said_to_be_missing(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_model(TINY, checkpoint=tmp_path / "none.safetensors")


def test_that_a_folder_with_one_odd_named_file_opens(tiny_folder):
    (tiny_folder / "model.safetensors").rename(tiny_folder / "epoch_90.safetensors")
    assert load_model(tiny_folder).source.file.name == "epoch_90.safetensors"


def test_that_a_folder_with_two_candidates_asks_which(tiny_folder):
    (tiny_folder / "model.safetensors").rename(tiny_folder / "a.safetensors")
    (tiny_folder / "b.safetensors").touch()
    with pytest.raises(InputError, match=r"holds a.safetensors, b.safetensors"):
        load_model(tiny_folder)


def test_that_progress_goes_from_nothing_to_the_whole(tiny_folder):
    calls = []
    load_model(tiny_folder, progress=lambda *call: calls.append(call))
    done = [call[0] for call in calls]
    assert done == sorted(done)
    assert calls[-1][:2] == (100, 100)


def test_that_a_load_can_be_cancelled_at_every_step(tiny_folder):
    steps = []
    load_model(tiny_folder, progress=lambda *call: steps.append(call))
    for last in range(len(steps)):
        left = iter(range(last))

        def stop(*_, left=left):
            if next(left, None) is None:
                raise Cancelled

        with pytest.raises(Cancelled):
            load_model(tiny_folder, progress=stop)


def test_that_layers_are_found_by_name_and_misspellings_are_met(tiny_folder):
    model = load_model(tiny_folder)
    layer = model.layer("blocks.0.attn.q")
    assert model.weight(layer).shape == (32, 32)
    with pytest.raises(InputError, match=r"did you mean .*blocks.0.attn.q"):
        model.layer("blocks.0.attn.Q")


def test_that_the_demo_opens_by_its_name():
    model = load_model("demo")
    assert model.source.kind == model.title == "demo"
    assert model.data_config["input_size"][0] == 1
    assert model.layer("head").shape[0] == 10
