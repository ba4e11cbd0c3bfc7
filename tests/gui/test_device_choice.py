"""The device picker: what it lists, and where work goes when the device is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from rmt_studio import digits
from rmt_studio.gui import device_choice
from rmt_studio.gui.device_choice import DevicePicker
from rmt_studio.models.devices import DeviceError
from rmt_studio.studio.devices import Device
from rmt_studio.studio.job_book import State

CPU = Device("cpu", "cpu · 1 thread")
GPU = Device("cuda:0", "cuda:0 · GPU · 20 of 24 GB free")


@pytest.fixture
def machine(monkeypatch):
    """Let the machine have these devices."""

    def has(*devices):
        monkeypatch.setattr(device_choice, "available_devices", lambda: list(devices))

    has(GPU, CPU)
    return has


@pytest.fixture
def picker(machine, workbench, qtbot):
    picker = DevicePicker(workbench)
    qtbot.addWidget(picker)
    return picker


def test_that_the_fastest_device_is_chosen_first(picker, workbench):
    assert workbench.device == "cuda:0"
    assert [picker.itemText(row) for row in range(picker.count())] == [GPU.label, CPU.label]


def test_that_choosing_a_device_sends_work_there(picker, workbench):
    picker.setCurrentIndex(1)
    assert workbench.device == "cpu"


def test_that_opening_the_list_looks_anew(picker, machine):
    machine(Device("cuda:0", "cuda:0 · GPU · 3.1 of 24 GB free"), CPU)
    picker.showPopup()
    picker.hidePopup()
    assert picker.itemText(0) == "cuda:0 · GPU · 3.1 of 24 GB free"
    assert picker.currentData() == "cuda:0"


@pytest.mark.parametrize("left", [(CPU,), (Device("cuda:0", "cuda:0", "CUDA error"), CPU)])
def test_that_a_device_that_vanished_falls_back_with_a_message(
    picker, machine, workbench, qtbot, left
):
    machine(*left)
    with qtbot.waitSignal(workbench.told) as told:
        picker.showPopup()
    picker.hidePopup()
    assert workbench.device == picker.currentData() == "cpu"
    assert "cuda:0" in told.args[0]
    assert "CPU" in told.args[0]


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory."), DeviceError("device cuda:0", "gone")]
)
def test_that_work_goes_on_on_the_cpu_when_its_device_is_lost(picker, workbench, qtbot, error):
    desk, results, told = workbench.jobs, [], []
    workbench.told.connect(told.append)

    def fail(progress):
        raise error

    def elsewhere():
        desk.start("Evaluate", lambda _: "done", results.append, lane="cpu")

    desk.start("Evaluate", fail, print, lane="cuda:0", elsewhere=elsewhere)
    qtbot.waitUntil(lambda: results == ["done"])
    assert workbench.device == picker.currentData() == "cpu"
    assert "goes on on the CPU" in told[0]
    assert not desk.can_retry(1)


def test_that_a_study_whose_device_is_lost_is_retried_on_the_cpu(picker, workbench, qtbot):
    desk, ran = workbench.jobs, []

    def fail(progress):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    def again():
        ran.append(workbench.device)

    with qtbot.waitSignal(workbench.failed):
        job = desk.start("Compare methods", fail, print, lane="cuda:0", again=again)
    assert picker.currentData() == "cpu"
    desk.retry(job.id)
    assert ran == ["cpu"]


def test_that_an_evaluation_on_a_device_that_is_not_there_is_done_on_the_cpu(
    workbench, demo_model, qtbot
):
    everything = digits("test")
    workbench.document.open_model(demo_model)
    workbench.document.open_images(replace(everything, samples=everything.samples[::20]))
    workbench.device = "cuda:99"
    workbench.evaluate(dense=True)
    qtbot.waitUntil(lambda: bool(workbench.document.runs), timeout=60_000)
    assert workbench.document.runs[0].evaluation.device == "cpu"
    assert workbench.device == "cpu"
    ended = [entry.state for entry in workbench.jobs.book.entries]
    assert ended == [State.FAILED, State.FINISHED]


def test_that_a_preference_counts_when_it_changes_and_the_header_afterwards(picker, workbench):
    workbench.devices.prefer("cpu")
    assert workbench.device == "cpu"
    picker.setCurrentIndex(picker.findData("cuda:0"))
    workbench.devices.prefer("cpu")
    assert workbench.device == "cuda:0"
    workbench.devices.prefer("")
    assert workbench.device == "cuda:0"


def test_that_the_fastest_is_preferred_again(picker, workbench):
    workbench.devices.prefer("cpu")
    workbench.devices.prefer("")
    assert workbench.device == "cuda:0"
    workbench.devices.prefer("cuda:7")
    assert workbench.device == "cuda:0"
