"""What a window of a study says while it runs."""

import pytest

from rmt_studio.gui.plots.help import HelpButton
from rmt_studio.gui.studies.words import time_text
from rmt_studio.studio.job_events import JobProgressed


@pytest.mark.parametrize(("left", "text"), [(None, "time left unknown"), (75.0, "1:15 left")])
def test_that_the_time_left_is_told_or_said_to_be_unknown(qapp, left, text):
    assert time_text(JobProgressed(1, 1, 8, "Wanda 30 %", left)) == f"Wanda 30 % · {text}"


def test_that_a_study_without_a_report_is_starting(qapp):
    assert time_text(None) == "starting…"


def test_that_the_plot_of_a_study_is_explained(comparing):
    button = comparing.findChild(HelpButton)
    button.click()
    assert "keeps the accuracy" in button.panel.browser.toPlainText()
    button.panel.close()
