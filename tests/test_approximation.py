"""The approximation benchmark, small: more units come nearer, and the picture is an SVG."""

from xml.etree import ElementTree

import numpy as np

from benchmarks import approximation


def test_more_units_come_nearer(seeded):
    few, _ = approximation.fitted(1, 400, seed=0)
    many, values = approximation.fitted(24, 400, seed=0)
    assert many < few / 2
    gap = values - approximation.function(approximation.points())
    assert np.sqrt(np.mean(gap**2)) == many


def test_the_picture_has_a_panel_for_each_net():
    values = approximation.function(approximation.points())
    root = ElementTree.fromstring(approximation.picture([(2, 0.5, values), (8, 0.25, values - 9)]))
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["2 units: error 0.5", "8 units: error 0.25"]
    paths = [e.attrib["d"] for e in root.iter("{http://www.w3.org/2000/svg}path")]
    assert len(paths) == 4
    assert paths[0] == paths[1] != paths[3]
