from types import SimpleNamespace

import pytest

from rmt_studio.gui.spectrum.captions import foot_captions, number_text
from rmt_studio.gui.spectrum.cut import Cut
from rmt_studio.gui.spectrum.scales import Quantity, Scale
from rmt_studio.gui.spectrum.shown import OutOfView, Shown, first_view, out_of_view


def shown(layer, quantity=Quantity.EIGENVALUE, *, log=False):
    return Shown(layer, Scale(layer.spectrum.samples, quantity, log))


@pytest.mark.parametrize("quantity", Quantity)
@pytest.mark.parametrize("log", [False, True])
def test_that_the_first_view_holds_the_bulk_and_a_margin(layers, quantity, log):
    for layer in layers.values():
        picture = shown(layer, quantity, log=log)
        low, high = first_view(picture, None)
        assert high >= picture.place(1.25 * layer.fit.upper_edge)
        if layer.fit.lower_edge > 0:
            assert low < picture.place(layer.fit.lower_edge)


def test_that_the_first_view_holds_a_cut_unless_it_is_far_off(fc1):
    edge = fc1.fit.upper_edge
    assert first_view(shown(fc1), Cut(3 * edge, 3.0, 1))[1] > 3 * edge
    assert first_view(shown(fc1), Cut(9 * edge, 9.0, 1))[1] < 2 * edge


def test_that_what_a_view_does_not_hold_is_counted(fc1):
    values = fc1.spectrum.eigenvalues
    out = out_of_view(shown(fc1), None, values[-3], values[5])
    assert (out.left, out.right, out.largest) == (2, 5, values[0])


@pytest.mark.parametrize(("multiple", "side"), [(0.01, -1), (1.0, 0), (50.0, 1)])
def test_that_a_cut_outside_the_view_is_told(fc1, multiple, side):
    edge = fc1.fit.upper_edge
    out = out_of_view(shown(fc1), Cut(multiple * edge, multiple, 1), 0.1 * edge, 2 * edge)
    assert out.cut == side
    told = foot_captions(fc1, out, Scale(1))[0]
    assert ("the cut lies further right" in told) == (side > 0)
    assert ("the cut lies further left" in told) == (side < 0)


def test_that_zeros_are_left_out_of_the_picture(pruned_layer):
    picture = shown(pruned_layer)
    assert picture.eigenvalues.size == 86
    assert picture.positions.min() > 0


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        (OutOfView(), ""),
        (OutOfView(0, 1, 0.0215), "1 eigenvalue lies to the right of this view (largest 0.0215)"),
        (
            OutOfView(0, 14, 0.0215),
            "14 eigenvalues lie to the right of this view (largest 0.0215)",
        ),
        (OutOfView(3, 0, 1.0), "3 eigenvalues lie to the left of this view"),
        (
            OutOfView(3, 2, 1.5),
            "2 eigenvalues lie to the right of this view (largest 1.50); 3 to its left",
        ),
        (OutOfView(clipped=1304.2), "one bar rises to 1\u202f304"),
    ],
)
def test_that_the_foot_line_says_it_in_words(out, expected):
    layer = SimpleNamespace(fit=SimpleNamespace(zeros=0))
    assert foot_captions(layer, out, Scale(1))[0] == expected


def test_that_the_foot_line_tells_of_zeros_and_speaks_of_singular_values():
    layer, scale = SimpleNamespace(fit=SimpleNamespace(zeros=4)), Scale(1, Quantity.SINGULAR_VALUE)
    long, short = foot_captions(layer, OutOfView(0, 2, 3.0), scale)
    right = "2 singular values lie to the right of this view (largest 3.00)"
    assert long == f"{right}; 4 are zero and left out"
    assert len(short) < len(long)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0541, "0.0541"), (1.5, "1.50"), (384.2, "384"), (3.66e-4, "3.66·10⁻⁴"), (2e4, "2.00·10⁴")],
)
def test_that_numbers_have_three_digits_and_no_computer_notation(number, text):
    assert number_text(number) == text
