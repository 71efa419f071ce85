"""Figures as the bytes of files, in the look of every report."""

import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, cast

import matplotlib as mpl
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure as Drawing

from shared.reporting.theme import DARK, LIGHT, Theme, matplotlib_style


@dataclass(frozen=True)
class Drawn:
    """One figure, in both formats."""

    png: bytes
    svg: bytes


def canvas(width: float = 8.0, height: float = 4.8) -> Drawing:
    """Give an empty figure, inches; not one of pyplot's, which would remember it for ever."""
    return Drawing(figsize=(width, height))


def colors_of(colors: Sequence[str]) -> Colormap:
    """Return a scale of a theme as matplotlib has it."""
    return LinearSegmentedColormap.from_list("theme", list(colors))


def drawn_in_both(draw: Callable[[Theme], Drawing]) -> dict[str, Drawn]:
    """Draw a figure for light and for dark pages."""
    return {theme.name: drawn(draw, theme) for theme in (LIGHT, DARK)}


def drawn(draw: Callable[[Theme], Drawing], theme: Theme = LIGHT) -> Drawn:
    """Draw a figure in the look of one theme."""
    with _style(theme):
        figure = draw(theme)
        return Drawn(_bytes(figure, "png"), _bytes(figure, "svg"))


def _style(theme: Theme) -> AbstractContextManager[None]:
    return mpl.rc_context(cast("Any", matplotlib_style(theme)))  # its keys are typed as literals


def _bytes(figure: Drawing, form: str) -> bytes:
    buffer = io.BytesIO()
    # without a date, so that the same data give the same file
    figure.savefig(buffer, format=form, metadata={"Date": None} if form == "svg" else None)
    return buffer.getvalue()
