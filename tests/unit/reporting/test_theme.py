"""The palette can be told apart, also without red and green, and every colour has its dark counterpart."""

from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest

from shared.reporting.theme import (
    DARK,
    LIGHT,
    THEMES,
    Theme,
    color_scale,
    counterparts,
    fade,
    matplotlib_style,
    plotly_template,
    series_colors,
)

# Machado, Oliveira and Fernandes (2009), full dichromacy, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
BOTH = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


def linear(color: str) -> np.ndarray:
    channels = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(color: str) -> float:
    return float(linear(color) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@BOTH
def test_text_has_the_contrast_that_reading_needs(theme: Theme) -> None:
    for ink in (theme.ink, theme.muted, theme.link, theme.good, theme.warning, theme.bad):
        for background in (theme.page, theme.surface, theme.raised):
            assert contrast(ink, background) >= 4.5, (ink, background)


@BOTH
def test_text_can_be_read_on_every_color_of_the_diverging_scale(theme: Theme) -> None:
    assert min(contrast(theme.ink, color) for color in theme.diverging) >= 4.5


@BOTH
def test_every_category_stands_out_from_the_surface(theme: Theme) -> None:
    for color in theme.series:
        assert contrast(color, theme.surface) >= 3, color


@BOTH
@pytest.mark.parametrize("vision", VISION)
def test_the_first_six_categories_differ_for_every_eye(theme: Theme, vision: str) -> None:
    seen = {color: lab(VISION[vision] @ linear(color)) for color in theme.series[:6]}

    closest = min(np.linalg.norm(seen[a] - seen[b]) for a, b in combinations(seen, 2))

    assert closest > 14


@BOTH
def test_a_sequential_scale_only_ever_grows_away_from_the_surface(theme: Theme) -> None:
    away = [contrast(color, theme.surface) for color in theme.sequential]

    assert away == sorted(away)


def test_every_color_of_the_light_theme_has_one_dark_counterpart() -> None:
    pairs = counterparts()

    assert all(pairs[color] == DARK.series[at] for at, color in enumerate(LIGHT.series))
    assert pairs[LIGHT.ink] == DARK.ink
    assert pairs[LIGHT.sequential[0]] == DARK.sequential[0]
    assert len(set(LIGHT.sequential + LIGHT.diverging + LIGHT.series)) == 26


@BOTH
def test_the_template_is_one_that_plotly_accepts(theme: Theme) -> None:
    figure = go.Figure(layout={"template": plotly_template(theme)})

    assert figure.layout.template.layout.paper_bgcolor == theme.surface


def test_the_style_is_one_that_matplotlib_accepts() -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="it comes with the extra `studies`")

    with matplotlib.rc_context(matplotlib_style(DARK)):
        assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"] == list(DARK.series)


def test_colors_fade_repeat_and_span() -> None:
    assert fade("#00609c", 0.25) == "rgba(0,96,156,0.25)"
    assert series_colors(13)[12] == LIGHT.series[0]
    assert color_scale(("#000000", "#ffffff")) == [[0.0, "#000000"], [1.0, "#ffffff"]]
