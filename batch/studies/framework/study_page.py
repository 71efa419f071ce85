"""A study as a page of the reports."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas as pd
from pandas.api import types

from batch.studies.claims import text_of
from batch.studies.framework.drawing import Drawn
from batch.studies.framework.story import Block, DataTable, Fact, Figure, Interactive, Paragraph, StudyResult
from batch.studies.framework.study import Subject
from batch.studies.framework.wording import heading, name_and_unit
from shared.reporting import blocks, page

Drawings = Mapping[str, Mapping[str, Drawn]]


def report(study: Subject, result: StudyResult, drawings: Drawings) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    drawings : of every figure by its name: 'light' and 'dark'.
    """
    chapters = [
        page.Section(chapter.title, blocks=list(_blocks(chapter.blocks, drawings)))
        for chapter in result.chapters
    ]
    advice = page.Section("What we would do instead", blocks=[page.Bullets(study.advice)])
    return page.render(
        page.Page(
            title=study.title,
            subtitle=text_of(result.source),
            lead=[page.Note(study.asked, title="What was asked")],
            sections=[*chapters, advice],
            footer=(
                f"`{study.command}` wrote this page, with its figures, tables, numbers.json "
                "and notebook beside it."
            ),
        )
    )


def _blocks(parts: Sequence[Block], drawings: Drawings) -> Iterator[blocks.Block]:
    """Numbers that follow each other stand in one row."""
    for is_number, group in groupby(parts, lambda block: isinstance(block, Fact)):
        if is_number:
            yield page.KeyFigures([_key_figure(block) for block in group if isinstance(block, Fact)])
        else:
            yield from (_block(block, drawings) for block in group)


def _block(block: Block, drawings: Drawings) -> blocks.Block:
    if isinstance(block, Paragraph):
        return page.TextBlock(text_of(block.body))
    if isinstance(block, DataTable):
        return _table(block)
    if isinstance(block, Interactive):
        return page.Chart(block.draw(), alt=text_of(block.caption), caption=_caption(block), height=560)
    if isinstance(block, Figure):
        both = drawings[block.name]
        return page.Picture(both["light"].svg, text_of(block.caption), both["dark"].svg, _caption(block))
    msg = f"a chapter holds no {type(block).__name__}; see batch.studies.framework.story"
    raise TypeError(msg)


def _caption(block: Figure | Interactive) -> str:
    return f"**{block.title}.** {text_of(block.caption)}"


def _key_figure(number: Fact) -> page.KeyFigure:
    return page.KeyFigure(number.label, in_words(number))


def in_words(number: Fact) -> str:
    """Return the value as a reader sees it."""
    if isinstance(number.value, float) and 0 < abs(number.value) < 10.0**-number.digits:
        return f"{number.value:.0e}".replace("-", "\N{MINUS SIGN}")
    if isinstance(number.value, float):
        return f"{number.value:,.{number.digits}f}".replace("-", "\N{MINUS SIGN}")
    return f"{number.value:,}" if isinstance(number.value, int) else str(number.value or "\N{EN DASH}")


def _table(table: DataTable) -> page.TableBlock:
    others = [name for name in table.frame if name not in table.first]
    frame = table.frame.head(table.shown)[[*table.first, *others]]
    columns = [_column(name, frame[name], table.decimals) for name in frame.columns]
    rows = [list(map(_cell, frame.columns, row)) for row in frame.itertuples(index=False)]
    is_cut = len(frame) < len(table.frame)
    where = f"First {len(frame):,} of {len(table.frame):,} rows; all are in" if is_cut else "Also in"
    note = f"{text_of(table.note)} " if table.note else ""
    return page.TableBlock(columns, rows, f"**{table.title}.** {note}{where} `tables/{table.name}.csv`.")


def _cell(column: object, value: Any) -> Any:
    """Give what the page is to show; names of features are put into words like those of columns."""
    if pd.isna(value):
        return None
    return name_and_unit(str(value)) if column == "feature" else value


def _column(name: str, values: "pd.Series[Any]", decimals: int) -> page.TableColumn:
    words, unit = heading(str(name))
    is_name = str(name).endswith(("_id", "_code"))
    if is_name or not types.is_numeric_dtype(values) or types.is_bool_dtype(values):
        return page.TableColumn(words, unit=unit)
    if str(name).endswith("share"):
        return page.TableColumn(words, "share", unit, digits=1)
    return page.TableColumn(words, "number", unit, digits=0 if types.is_integer_dtype(values) else decimals)
