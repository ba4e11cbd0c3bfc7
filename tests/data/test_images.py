from __future__ import annotations

import os

import numpy as np
import pytest
import timm
import torch
from PIL import Image

from rmt_studio.data import digits, open_images, transform_for
from rmt_studio.errors import InputError

GREY = {"input_size": (1, 16, 16), "mean": (0.5,), "std": (0.25,), "crop_pct": 1.0}
RGB = {"input_size": (3, 8, 8), "mean": (0.5,) * 3, "std": (0.25,) * 3, "interpolation": "bicubic"}


def targets(images):
    return {sample.name: sample.target for sample in images.samples}


def test_that_a_synset_takes_its_place_among_the_thousand(image_folder):
    # the first, second and last class of ILSVRC2012: tench, goldfish, toilet tissue
    root = image_folder("n15075141/c.png", "n01440764/a.png", "n01443537/b.png")
    images = open_images(root, num_classes=1000)
    assert targets(images) == {"n01440764/a.png": 0, "n01443537/b.png": 1, "n15075141/c.png": 999}
    assert len(images.class_names) == 1000
    assert images.class_names[999] == "n15075141"


def test_that_the_synset_rule_holds_when_no_model_is_known(image_folder):
    assert targets(open_images(image_folder("n15075141/c.png"))) == {"n15075141/c.png": 999}


def test_that_synsets_follow_the_larger_imagenet_of_the_model(image_folder):
    images = open_images(image_folder("n15075141/c.png"), num_classes=11821)
    assert len(images.class_names) == 11821
    assert images.class_names[images.samples[0].target] == "n15075141"


def test_that_synsets_that_fill_a_head_of_another_size_count_in_sorted_order(image_folder):
    root = image_folder("n15075141/c.png", "n01440764/a.png")
    assert targets(open_images(root, num_classes=2))["n15075141/c.png"] == 1


def test_that_the_photographs_follow_the_order_of_their_own_list(photographs):
    order = (photographs.parent / "wnids.txt").read_text().split()
    images = open_images(photographs, num_classes=1000)
    assert len(images) == 700
    assert all(order[s.target] == s.name.split("/")[0] for s in images.samples)


def test_that_other_folders_count_in_sorted_order(image_folder):
    images = open_images(image_folder("dog/b.png", "cat/a.png", "emu/c.png"), num_classes=3)
    assert targets(images) == {"cat/a.png": 0, "dog/b.png": 1, "emu/c.png": 2}
    assert images.class_names == ("cat", "dog", "emu")
    assert images.kind == "folder"
    assert images.name == "pictures"


def test_that_images_are_listed_in_one_order_at_any_depth_without_hidden_files(image_folder):
    root = image_folder("a/2.PNG", "a/10.jpg", "a/deep/1.png", "a/.thumb/1.png", ".git/1.png")
    (root / "a" / "._2.png").write_bytes(b"")
    (root / "a" / "notes.txt").write_text("no picture")
    names = [sample.name for sample in open_images(root).samples]
    assert names == ["a/10.jpg", "a/2.PNG", "a/deep/1.png"]


def test_that_a_class_folder_may_be_a_link(image_folder, tmp_path):
    root = image_folder("cat/a.png")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "tabby").symlink_to(root / "cat")
    assert targets(open_images(tmp_path / "linked")) == {"tabby/a.png": 0}


@pytest.mark.parametrize(
    ("names", "classes", "words"),
    [
        (["n01440764/a.png", "cat/b.png"], None, "mixes ImageNet synsets"),
        (["n01440764/a.png", "n00000001/b.png"], 1000, "such as n00000001"),
        (["cat/a.png", "dog/b.png"], 1000, "has 2 class folders, but the model tells 1000"),
        (["n01440764/a.png"], 10, "has 1 class folders, but the model tells 10"),
        (["a.png"], None, "has no sub-folders"),
        (["train/n01440764/a.png", "val/n01440764/b.png"], None, "parts train, val"),
    ],
)
def test_that_a_class_index_in_doubt_is_refused(image_folder, names, classes, words):
    with pytest.raises(InputError, match=words):
        open_images(image_folder(*names), num_classes=classes)


def test_that_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "cat").mkdir()
    with pytest.raises(InputError, match="holds no images"):
        open_images(tmp_path)


def test_that_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        open_images(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is no folder"):
        open_images(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_that_a_folder_that_may_not_be_listed_is_named(image_folder):
    root = image_folder("cat/a.png", "dog/b.png")
    (root / "dog").chmod(0)
    with pytest.raises(InputError, match="dog: cannot be listed"):
        open_images(root)


def test_that_a_broken_image_is_named_when_its_turn_comes(image_folder):
    root = image_folder("cat/a.png", "cat/b.png")
    (root / "cat" / "b.png").write_bytes(b"")
    dataset = open_images(root).with_transform(RGB)
    assert dataset[0][0].shape == (3, 8, 8)
    with pytest.raises(InputError, match=r"b\.png: "):
        dataset[1]


def test_that_an_image_reaches_the_model_as_timm_itself_would_bring_it(image_folder):
    root = image_folder("cat/a.png")
    ours, target = open_images(root).with_transform(RGB)[0]
    plain = timm.data.create_transform(**RGB)(Image.open(root / "cat/a.png").convert("RGB"))
    assert torch.equal(ours, plain)
    assert ours.dtype == torch.float32
    assert target == 0


def test_that_the_picture_takes_the_channels_of_the_model():
    grey = Image.fromarray(np.full((8, 8), 128, np.uint8))
    assert transform_for(GREY)(grey.convert("RGB")).shape == (1, 16, 16)
    colours = transform_for(RGB)(grey)
    assert torch.equal(colours[0], colours[2])


def test_that_the_digits_are_split_once_and_for_all():
    train, test = digits("train"), digits("test")
    assert (len(train), len(test)) == (1437, 360)
    seen = {sample.source.tobytes() for sample in train.samples}
    assert sum(sample.source.tobytes() in seen for sample in test.samples) == 0
    counts = np.bincount([sample.target for sample in test.samples])
    assert counts.min() >= 34
    assert counts.max() <= 37
    assert test.class_names == tuple("0123456789")
    assert test.kind == "digits"


def test_that_a_digit_keeps_its_grey_levels():
    picture = digits("test").samples[0].picture(1)
    assert picture.size == (8, 8)
    assert picture.mode == "L"
    levels = {round(level * 255 / 16) for level in range(17)}
    assert set(picture.tobytes()) <= levels
