"""Every plot of the window: as PNG, SVG and PDF, to the clipboard, and as numbers."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from rmt_studio.errors import InputError
from rmt_studio.gui.plots import PlotMenu
from rmt_studio.gui.plots.numbers import save_numbers
from rmt_studio.gui.plots.picture import plot_image, save_plot

X, Y = np.array([0.0, 1.0, 2.0]), np.array([3.0, 1.0, 4.0])


class Some(pg.PlotWidget):
    """A plot with one item of each kind."""

    def __init__(self):
        super().__init__(enableMenu=False, background="w")
        self.setObjectName("some_plot")
        self.setAccessibleName("Some plot")
        self._law = pg.PlotCurveItem(X, Y, pen=pg.mkPen("r", width=3))
        self._bars_of = {"bulk": pg.BarGraphItem(x0=X, width=0.5, height=Y, brush="b")}
        self._edge = pg.InfiniteLine(1.5, angle=90)
        self._errors = pg.ErrorBarItem(x=X, y=Y, top=Y / 10, bottom=Y / 5)
        self._hidden, self._ring = pg.ScatterPlotItem(X, Y), pg.ScatterPlotItem(X, Y)
        self._hidden.setVisible(False)
        names = {
            self._law: "fitted density",
            self._bars_of["bulk"]: "empirical density",
            self._edge: "edge of the law",
            self._errors: "accuracy",
            self._hidden: "hidden",
        }
        for item in (*names, self._ring):
            self.addItem(item)
        self.plotItem.setLabel("bottom", "eigenvalue")
        self.saving = PlotMenu(self)
        self.saving.name_items(names)


@pytest.fixture
def plot(qtbot):
    widget = Some()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_that_a_png_is_what_the_window_shows(plot, tmp_path):
    save_plot(plot, tmp_path / "plot.png")
    image = QImage(str(tmp_path / "plot.png"))
    size = plot.viewport().size()
    assert (image.width(), image.height()) == (3 * size.width(), 3 * size.height())
    shown, saved = colors(plot.grab().toImage()), colors(image)
    for color in ((255, 255, 255), (0, 0, 255), (255, 0, 0)):
        assert color in shown
        assert color in saved


def colors(image):
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    pixels = pixels[:, : 3 * image.width()].reshape(-1, 3)
    return set(map(tuple, np.unique(pixels, axis=0).tolist()))


def test_that_an_svg_is_drawn_in_lines_and_text(plot, tmp_path):
    save_plot(plot, tmp_path / "plot.svg")
    root = ET.parse(tmp_path / "plot.svg").getroot()
    kinds = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert kinds[0] == "svg"
    assert kinds.count("path") + kinds.count("polyline") + kinds.count("rect") > 5
    words = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert any("eigenvalue" in (word or "") for word in words)
    assert "image" not in kinds


def test_that_a_pdf_has_one_page_of_the_size_of_the_plot(plot, tmp_path):
    save_plot(plot, tmp_path / "plot.pdf")
    held = (tmp_path / "plot.pdf").read_bytes()
    assert held.startswith(b"%PDF-")
    assert held.count(b"/Type /Page\n") == 1
    box = held.partition(b"/MediaBox [")[2].partition(b"]")[0].split()
    size = plot.viewport().size()
    points = [float(value) for value in box[2:]]
    assert points == pytest.approx([size.width() * 0.75, size.height() * 0.75], abs=1)


def test_that_another_ending_or_a_closed_place_is_refused(plot, tmp_path):
    with pytest.raises(InputError, match=r"end it in \.png, \.svg or \.pdf"):
        save_plot(plot, tmp_path / "plot.tiff")
    with pytest.raises(InputError, match="cannot be written"):
        save_plot(plot, tmp_path / "gone" / "plot.png")
    assert list(tmp_path.iterdir()) == []


def test_that_its_numbers_are_those_that_are_drawn(plot, tmp_path):
    rows = plot.saving.rows()
    by_item = {}
    for row in rows:
        by_item.setdefault(row["item"], []).append(row)
    assert set(by_item) == {
        "fitted density", "empirical density", "edge of the law", "accuracy",
    }  # fmt: skip
    law = by_item["fitted density"]
    assert [(row["x"], row["y"]) for row in law] == list(zip(X, Y, strict=True))
    assert [row["width"] for row in by_item["empirical density"]] == [0.5] * 3
    edge = by_item["edge of the law"][0]
    assert (edge["x"], edge["y"]) == (1.5, None)
    assert [row["above"] for row in by_item["accuracy"]] == list(Y / 10)
    save_numbers(rows, tmp_path / "plot.csv")
    with (tmp_path / "plot.csv").open(newline="") as stream:
        saved = list(csv.DictReader(stream))
    assert len(saved) == len(rows)
    assert {row["x_axis"] for row in saved} == {"eigenvalue"}


def test_that_copying_puts_the_picture_on_the_clipboard(plot):
    plot.saving.copy_plot()
    copied = QGuiApplication.clipboard().image()
    assert copied.size() == plot_image(plot).size()


def test_that_copying_its_numbers_puts_rows_with_tabs_on_the_clipboard(plot):
    plot.saving.copy_numbers()
    titles, *lines = QGuiApplication.clipboard().text().split("\n")
    assert titles.split("\t")[:5] == ["item", "x_axis", "y_axis", "x", "y"]
    law = [line.split("\t") for line in lines if line.startswith("fitted density")]
    assert [(float(cells[3]), float(cells[4])) for cells in law] == list(zip(X, Y, strict=True))


@pytest.mark.parametrize(
    ("action", "chosen", "kind", "written"),
    [
        ("save_picture", "plot", "SVG (*.svg)", "plot.svg"),
        ("save_picture", "plot.pdf", "PNG (*.png)", "plot.pdf"),
        ("save_numbers", "data", "CSV (*.csv)", "data.csv"),
    ],
)
def test_that_the_menu_saves_where_it_is_told(
    plot, tmp_path, monkeypatch, action, chosen, kind, written
):
    answer = str(tmp_path / chosen), kind
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: answer)
    getattr(plot.saving, action)()
    assert (tmp_path / written).stat().st_size > 0


def test_that_every_plot_of_the_window_can_be_saved(demo, qtbot, tmp_path):
    bench = demo.workbench
    name = "blocks.1.mlp.fc1"
    bench.select((name,), name)
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=60_000)
    views = [view for view in demo.findChildren(pg.GraphicsView) if view.objectName()]
    assert len(views) >= 6
    for view in views:
        assert isinstance(view.saving, PlotMenu), view.objectName()
        for kind in ("png", "svg", "pdf"):
            save_plot(view, tmp_path / f"{view.objectName()}.{kind}")
        save_numbers(view.saving.rows(), tmp_path / f"{view.objectName()}.csv")
    with (tmp_path / "density_plot.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    layer = bench.document.layer(name)
    line = next(float(row["x"]) for row in rows if row["item"] == "Tracy-Widom threshold")
    assert line == pytest.approx(layer.fit.threshold)
    bars = [row for row in rows if row["item"].startswith("empirical spectral density")]
    area = sum(float(row["y"]) * float(row["width"]) for row in bars)
    assert area == pytest.approx(1)


NO_DATA = {"_ring", "_zero"}  # around what is selected; a line at zero
DATA = (
    pg.PlotCurveItem, pg.ScatterPlotItem, pg.BarGraphItem, pg.ErrorBarItem, pg.InfiniteLine,
)  # fmt: skip


def test_that_all_that_a_plot_of_the_window_draws_has_a_name_for_readers(demo, qtbot):
    bench = demo.workbench
    name = "blocks.1.mlp.fc1"
    bench.select((name,), name)
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=60_000)
    views = [view for view in demo.findChildren(pg.GraphicsView) if view.objectName()]
    for view in views:
        beside = {id(getattr(view, name, None)) for name in NO_DATA}
        beside |= {  # what an error bar holds already: its point, and the line that joins them
            id(item)
            for bars in view.scene().items()
            if isinstance(bars, pg.ErrorBarItem)
            for item in bars.parentItem().childItems()
            if isinstance(item, pg.PlotCurveItem | pg.ScatterPlotItem)
        }
        drawn = [item for item in view.scene().items() if isinstance(item, DATA)]
        drawn = [item for item in drawn if isinstance(item.parentItem(), pg.ItemGroup)]
        drawn = [item for item in drawn if item.parentItem() is item.getViewBox().childGroup]
        unnamed = [x for x in drawn if id(x) not in view.saving._names and id(x) not in beside]
        assert not unnamed, (view.objectName(), unnamed)
        if view.objectName() == "density_plot":
            assert len(drawn) > 8  # bars, law, ticks, three lines, the cut
