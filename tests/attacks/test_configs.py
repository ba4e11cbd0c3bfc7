"""A stranger's config.json and a stranger's metadata: plain values alone, and within bounds."""

from __future__ import annotations

import json

import pytest
from safetensors.torch import save_file

from rmt_studio.errors import InputError
from rmt_studio.models import load_model


def refused(folder, config, reason):
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    with pytest.raises(InputError, match=reason) as raised:
        load_model(folder)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 700


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"checkpoint_path": "/etc/passwd"}, "checkpoint_path .* not accepted"),
        ({"pretrained": True}, "pretrained .* not accepted"),
        ({"pretrained_cfg": {"url": "http://x"}}, "pretrained_cfg .* not accepted"),
        ({"pretrained_cfg_overlay": {"file": "/x"}}, "not accepted"),
        ({"cache_dir": "/"}, "cache_dir .* not accepted"),
        ({"features_only": True}, "features_only .* not accepted"),
        ({"depth": 10**9}, "depth .* not accepted"),
        ({"depth": -(10**9)}, "depth .* not accepted"),
        ({"embed_dim": 10**9}, "embed_dim .* not accepted"),
        ({"embed_dim": 10**6}, "of another shape"),
        ({"img_size": 100_000}, "does not fit|less than or equal"),
        ({"depth": 201}, "depth .* not accepted"),
        ({"depths": [100] * 3}, "depths .* not accepted"),
        ({"depth": [[[[1]]]]}, "depth .* not accepted"),
        ({"depth": 20}, "missing"),
        ({"embed_dim": 0}, "cannot be built"),
        ({"num_heads": 0}, "cannot be built"),
        ({"num_heads": 3}, "cannot be built"),
        ({"patch_size": 0}, "cannot be built"),
        ({"no_such_argument": 1}, "cannot be built"),
        ({"act_layer": {"a": 1}}, "act_layer .* not accepted"),
        ({"act_layer": "x" * 10_000}, "act_layer .* not accepted"),
        ({"act_layer": "os.system"}, "cannot be built"),
        ({"img_size": [16]}, "input_size"),
        ({"img_size": "large"}, "input_size"),
        ({"in_chans": 3}, "of another shape"),
        ({"in_chans": [1]}, "input_size"),
        ({"drop_rate": float("nan")}, "drop_rate .* not accepted"),
        ({"a\x1b[2J": 1}, "cannot be built"),
    ],
)
def test_that_an_argument_that_could_do_harm_or_makes_no_sense_is_named(
    folder, config, arguments, reason
):
    config["model_args"].update(arguments)
    refused(folder, config, reason)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"input_size": [1, 10**9, 10**9]}, "input_size"),
        ({"input_size": "large"}, "input_size"),
        ({"mean": [0.5, 0.5]}, "one entry per channel"),
        ({"std": [0.0]}, "std"),
        ({"std": [float("nan")]}, "std"),
        ({"crop_pct": -1}, "crop_pct"),
        ({"interpolation": "__import__"}, "interpolation"),
    ],
)
def test_that_data_settings_that_make_no_sense_are_named(folder, config, data, reason):
    config["pretrained_cfg"].update(data)
    refused(folder, config, reason)


def test_that_a_folder_cannot_send_us_to_other_weights(folder, config, tmp_path):
    """timm would follow these; here the file in the folder is read and nothing else."""
    config["pretrained_cfg"].update(
        {"url": "http://127.0.0.1:9/x", "file": "/etc/passwd", "hf_hub_id": "a/b", "source": "x"}
    )
    (folder / "config.json").write_text(json.dumps(config))
    assert load_model(folder).source.file == folder / "model.safetensors"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "does not describe a timm model"),
        ("null", "does not describe a timm model"),
        ('{"architectures": ["ViTForImageClassification"]}', "architecture: Field required"),
        ('{"architecture": "no_such_network"}', "not an architecture that timm knows"),
        ('{"architecture": ["a"]}', "architecture: "),
        ('{"architecture": "x", "model_args": []}', "model_args: "),
    ],
)
def test_that_another_kind_of_config_is_named(folder, text, reason):
    refused(folder, text, reason)


def test_that_a_config_without_end_is_not_read(folder):
    with (folder / "config.json").open("wb") as stream:
        stream.truncate(2**30)
    with pytest.raises(InputError, match="more than the"):
        load_model(folder)


def test_that_metadata_cannot_name_a_tag_that_timm_does_not_know(tmp_path, state):
    metadata = {
        "architecture": "vit_tiny_patch16_224.no_such_tag",
        "model_args": "{}",
        "data_config": "{}",
    }
    save_file(state, tmp_path / "a.safetensors", metadata=metadata)
    with pytest.raises(InputError, match="a tag that timm does not know"):
        load_model("vit_tiny_patch16_224", checkpoint=tmp_path / "a.safetensors")


@pytest.mark.parametrize(
    "arguments",
    ['{"checkpoint_path": "/etc/passwd"}', '{"depth": 1000000}', "{", "[]", '"x"', "null"],
)
def test_that_metadata_pass_the_same_checks(tmp_path, state, arguments):
    metadata = {
        "architecture": "vit_tiny_patch16_224",
        "model_args": arguments,
        "data_config": "{}",
    }
    save_file(state, tmp_path / "a.safetensors", metadata=metadata)
    with pytest.raises(InputError):
        load_model("vit_tiny_patch16_224", checkpoint=tmp_path / "a.safetensors")
