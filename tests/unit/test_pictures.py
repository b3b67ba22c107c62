"""The pictures in the documentation: of panels that exist, drawn as what a browser takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from defusedxml import ElementTree

from tools.chart import Line, chart, sheet, table
from tools.pictures import BOARDS, MAIN

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def texts(svg: str) -> list[str]:
    return [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]


@pytest.mark.parametrize("name", MAIN)
def test_a_picture_shows_the_main_panels_of_its_dashboard(name):
    board = json.loads((BOARDS / f"{name}.json").read_text())
    assert set(MAIN[name]) <= {panel["title"] for panel in board["panels"]}
    assert set(MAIN[name]) <= set(texts((PICTURES / f"{name}.svg").read_text()))


def test_a_chart_names_its_lines_and_ends_of_its_axes_whatever_they_are_called():
    drawn = chart("Rate & share", [Line('"a" < b', [(0, 0), (60, 87)])], unit="MB", across="{:.0f} s".format)
    assert {"Rate & share", '"a" < b', "0 MB", "100 MB", "0 s", "60 s"} <= set(texts(drawn))


@pytest.mark.parametrize("points", [[(5, 0)], [(5, 0), (5, 0)], [(0, 3), (1, 0)]])
def test_a_chart_of_hardly_anything_is_one_too(points):
    assert texts(chart("t", [Line("a", points)], stepped=True))


def test_a_sheet_holds_charts_and_tables_under_one_another():
    one, two = (
        chart("first", [Line("a", [(0, 1), (1, 2)])]),
        table("second", ("feed", "silent"), [("x", "7")]),
    )
    assert [
        text for text in texts(sheet("whole", [one, two])) if text in ("whole", "first", "second", "7")
    ] == [
        "whole",
        "first",
        "second",
        "7",
    ]
