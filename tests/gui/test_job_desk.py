"""What is told of a job that the program itself broke."""

from __future__ import annotations

import logging

import pytest

from rmt_studio.errors import InputError
from rmt_studio.gui.job_desk import JobDesk


@pytest.mark.parametrize(
    ("error", "logged"),
    [(ZeroDivisionError("by zero"), True), (InputError("a.pth", "is empty", "retry"), False)],
)
def test_that_the_traceback_of_an_unexpected_failure_goes_to_the_log(qtbot, caplog, error, logged):
    def work(progress):
        raise error

    desk = JobDesk()
    with caplog.at_level(logging.ERROR), qtbot.waitSignal(desk.failed) as heard:
        desk.start("Open", work, lambda _: None, lane="cpu")
    assert heard.args[0] == "Open did not work"
    assert ("in work" in caplog.text) is logged
    desk.close()
