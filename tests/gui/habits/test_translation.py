"""Under a translator that marks every text, no text of the window is left unmarked."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTabBar

import rmt_studio.gui
from rmt_studio.gui.terms import term
from rmt_studio.models.exports import FORMATS
from rmt_studio.models.layers import Role
from rmt_studio.pruning import METHODS
from rmt_studio.spectra import BULK_METHODS

SHOWN = {"setText", "set_text", "setToolTip", "setWindowTitle", "setPlaceholderText", "QLabel",
         "setAccessibleName", "setStatusTip", "addTab", "addAction", "addMenu", "setTitle",
         "QPushButton", "QToolButton", "QCheckBox", "QAction", "heading", "caption", "button",
         "muted", "tell", "showMessage", "refuse", "emit", "start", "tell_failure"}  # fmt: skip
NO_WORDS = {"rmt studio", "[*] - rmt studio", "\nSHA-256 ", "cpu"}
WORD = re.compile(r"[A-Za-z]{3}")


class Marking(QTranslator):
    def translate(self, context, text, disambiguation=None, n=-1):
        return f"«{text}»"

    def isEmpty(self):
        return False


@pytest.fixture
def marking(qapp):
    translator = Marking()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def literal(node):
    """Return the words of a text that stands in the code as it is."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else ""


def test_that_no_text_of_the_window_stands_in_the_code_untranslated():
    found = []
    for path in sorted(Path(rmt_studio.gui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            words = [literal(argument) for argument in node.args] if name in SHOWN else []
            found += [f"{path.name}:{node.lineno} {w!r}" for w in words
                      if WORD.search(w) and w not in NO_WORDS]  # fmt: skip
    assert found == []


def test_that_no_name_of_a_lower_floor_is_shown_as_it_stands():
    owners = ("METHODS[", "BULK_METHODS[", "FORMATS[", ".role.", "null.", "method.", "chosen.")
    found = []
    for path in sorted(Path(rmt_studio.gui.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        passed = {id(argument) for node in ast.walk(tree) if isinstance(node, ast.Call)
                  and getattr(node.func, "id", "") == "term" for argument in node.args}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "label" and id(node) not in passed:
                whole = ast.unparse(node)
                found += [
                    f"{path.name}:{node.lineno} {whole}"
                    for owner in owners
                    if f".{whole}".endswith(f"{owner}label") or whole.startswith(owner)
                ]
    assert found == []


def test_that_every_name_of_a_lower_floor_goes_through_the_translator(marking, qapp):
    for named in (*METHODS.values(), *BULK_METHODS.values(), *FORMATS.values(), *Role):
        assert term(named.label) == f"«{named.label}»"


def test_that_every_visible_text_goes_through_the_translator(marking, demo, qtbot):
    bench = demo.workbench
    bench.select(("blocks.1.mlp.fc1",), "blocks.1.mlp.fc1")
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=60_000)
    names = {
        *(x.name for x in bench.document.model.layers),
        "demo",
        "rmt studio",
        "digits (test)",
        "ratio c =",
        "dense",
        "measured",
    }
    kinds = (QLabel, QAbstractButton, QLineEdit)
    left = [w for kind in kinds for w in demo.findChildren(kind) if w.isVisible()]
    texts = {w.text() for w in left}
    texts |= {w.placeholderText() for w in left if isinstance(w, QLineEdit)}
    for bar in demo.findChildren(QTabBar):
        texts |= {bar.tabText(i) for i in range(bar.count()) if bar.isVisible()}
    unmarked = {text: _bare(text, names) for text in texts}
    assert {text for text, rest in unmarked.items() if WORD.search(rest)} == set()


def _bare(text, names):
    rest = re.sub(r"<[^>]*>|&nbsp;", "", text)
    before = ""
    while before != rest:  # marked texts in marked texts
        before, rest = rest, re.sub(r"«[^«»…]*[»…]", "", rest)
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "")
    return rest
