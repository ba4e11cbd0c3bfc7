"""Which checkpoints of a folder are taken, in which order, and why others are not."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rmt_studio.analysis.series_listing import list_series, looks_like_series
from rmt_studio.analysis.series_names import numbers_in, steps_of
from rmt_studio.errors import InputError

from .series_folders import state, write_folders, write_series


def taken(listing):
    return [(entry.name, entry.step) for entry in listing.taken]


@pytest.mark.parametrize(
    ("names", "steps"),
    [
        (["epoch_2.pth", "epoch_10.pth"], [2, 10]),
        (["epoch-0002.safetensors", "epoch-0010.safetensors"], [2, 10]),
        (["model.ckpt-3", "model.ckpt-20"], [3, 20]),
        (["vit_base_patch16_224_e1.pt", "vit_base_patch16_224_e2.pt"], [1, 2]),
        (["epoch=0-step=100.ckpt", "epoch=0-step=200.ckpt", "epoch=1-step=300.ckpt"],
         [100, 200, 300]),
        (["epoch_3-loss=0.25.ckpt", "epoch_4-loss=0.25.ckpt"], [3, 4]),
        (["loss0.25_epoch1.pth", "loss0.21_epoch2.pth"], [1, 2]),
        (["weights.03-0.25.pt", "weights.10-0.19.pt"], [3, 10]),
        (["run1.2.pt", "run1.3.pt"], [2, 3]),
        (["loss0.25_epoch7.pth"], [7]),
        (["a0b0.pt", "a0b1.pt", "a1b0.pt", "a1b1.pt"], [0, 1, 2, 3]),
    ],
)  # fmt: skip
def test_that_the_number_that_tells_names_apart_is_the_step(names, steps):
    assert steps_of(names) == steps


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=12, unique=True))
def test_that_steps_follow_numbers_and_not_letters(numbers):
    names = [f"run7_epoch_{number}.pth" for number in numbers]
    assert steps_of(names) == numbers
    assert numbers_in(names[0]) == (7, numbers[0])


def test_that_files_stand_in_training_order(tmp_path):
    write_series(tmp_path, (10, 1, 2))
    (tmp_path / "log.txt").write_text("loss 3")
    (tmp_path / "best.pth").write_bytes((tmp_path / "epoch_2.pth").read_bytes())
    listing = list_series(tmp_path)
    assert taken(listing) == [("epoch_1.pth", 1), ("epoch_2.pth", 2), ("epoch_10.pth", 10)]
    assert [(e.name, e.reason) for e in listing.left_out] == [
        ("best.pth", "has no number in its name")
    ]
    assert listing.others == 1


def test_that_of_two_names_with_one_number_one_is_taken(tmp_path):
    for name in ("epoch_{:02}.pth", "epoch_{}.pth"):
        write_series(tmp_path, (1, 2), name)
    listing = list_series(tmp_path)
    assert taken(listing) == [("epoch_01.pth", 1), ("epoch_02.pth", 2)]
    assert [(e.name, e.reason) for e in listing.left_out] == [
        ("epoch_1.pth", "has the same number as epoch_01.pth"),
        ("epoch_2.pth", "has the same number as epoch_02.pth"),
    ]


def test_that_numbered_endings_and_folders_are_checkpoints(tmp_path):
    write_series(tmp_path / "a", (3, 20), "model.ckpt-{}")
    assert taken(list_series(tmp_path / "a")) == [("model.ckpt-3", 3), ("model.ckpt-20", 20)]
    listing = list_series(write_folders(tmp_path / "b"))
    assert taken(listing) == [
        ("checkpoint-100", 100), ("checkpoint-200", 200), ("checkpoint-1000", 1000)
    ]  # fmt: skip
    assert {entry.weights.name for entry in listing.taken} == {"model.safetensors"}


def test_that_what_does_not_belong_is_left_out_with_its_reason(tmp_path):
    write_series(tmp_path)
    other = state(0.1, {"0.weight": (60, 41), "2.weight": (24, 60)})
    torch.save(other, tmp_path / "epoch_3.pth")
    torch.save(state(0.1), tmp_path / "ema_epoch_3.pth")
    (tmp_path / "epoch_4.pth").write_bytes(b"\x80 not a checkpoint at all")
    (tmp_path / "model-00001-of-00002.safetensors").write_bytes(b"")
    (tmp_path / "samples_5").mkdir()
    reasons = {entry.name: entry.reason for entry in list_series(tmp_path).left_out}
    assert set(reasons) == {
        "epoch_3.pth", "ema_epoch_3.pth", "epoch_4.pth",
        "model-00001-of-00002.safetensors", "samples_5",
    }  # fmt: skip
    assert (
        "another network than epoch_1.pth: 0 is 60 x 41 and not 60 x 40" in (reasons["epoch_3.pth"])
    )
    assert "named otherwise than the 5 like epoch_#.pth" in reasons["ema_epoch_3.pth"]
    assert "one part of" in reasons["model-00001-of-00002.safetensors"]
    assert "should hold one weights file" in reasons["samples_5"]
    assert reasons["epoch_4.pth"]


def test_that_a_person_corrects_what_was_taken(tmp_path):
    write_series(tmp_path)
    torch.save(state(0.0), tmp_path / "init.pth")
    listing = list_series(tmp_path).take("init.pth", 0).leave_out("epoch_2.pth")
    assert taken(listing) == [("init.pth", 0), ("epoch_1.pth", 1), ("epoch_10.pth", 10)]
    assert taken(listing.take("epoch_2.pth", 20))[-1] == ("epoch_2.pth", 20)
    with pytest.raises(InputError, match=r"cannot be step 10 as well as epoch_10\.pth"):
        listing.take("init.pth", 10)
    with pytest.raises(InputError, match="is not in"):
        listing.leave_out("nothing.pth")


def test_that_a_folder_without_checkpoints_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"no checkpoints with a number .* such as epoch_10\.pth"):
        list_series(tmp_path)
    with pytest.raises(InputError, match="cannot be listed"):
        list_series(tmp_path / "nowhere")
    torch.save(state(0.0), tmp_path / "best.pth")
    with pytest.raises(InputError, match=r"best\.pth: has no number"):
        list_series(tmp_path)


def test_that_names_alone_tell_a_series_from_images(tmp_path):
    assert looks_like_series(write_series(tmp_path / "a"))
    assert looks_like_series(write_folders(tmp_path / "b"))
    for digit in range(3):
        (tmp_path / "images" / str(digit)).mkdir(parents=True)
        (tmp_path / "images" / str(digit) / "1.png").write_bytes(b"")
    assert not looks_like_series(tmp_path / "images")
    assert not looks_like_series(tmp_path / "nowhere")


def test_that_looking_can_be_cancelled(tmp_path):
    class Stop(BaseException):
        pass

    def stop(done, total, note=""):
        if done == 1:
            raise Stop

    write_series(tmp_path)
    with pytest.raises(Stop):
        list_series(tmp_path, stop)
