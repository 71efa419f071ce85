"""The blocks of a study in a notebook."""

from typing import Any

from IPython import display

from batch.studies.claims import text_of
from batch.studies.framework.drawing import drawn
from batch.studies.framework.story import Block, DataTable, Fact, Figure, Interactive, Paragraph
from batch.studies.framework.study_page import in_words

# IPython publishes no types for these
_display: Any = display.display
_markdown: Any = display.Markdown
_image: Any = display.Image
_html: Any = display.HTML


def show(*blocks: Block) -> None:
    """Display blocks below a cell, in their order."""
    for block in blocks:
        _display(_shown(block))
        if isinstance(block, Figure | Interactive | DataTable):
            below = block.note if isinstance(block, DataTable) else block.caption
            _display(_markdown(f"**{block.title}.** {text_of(below)}"))


def _shown(block: Block) -> object:
    if isinstance(block, Paragraph):
        return _markdown(text_of(block.body))
    if isinstance(block, Fact):
        return _markdown(f"{block.label}: **{in_words(block)}**")
    if isinstance(block, DataTable):
        return block.frame.head(block.shown)
    if isinstance(block, Interactive):
        # with its library inside, so that it turns in any viewer and without a network
        return _html(block.draw().to_html(full_html=False, include_plotlyjs=True))
    return _image(drawn(block.draw).png)
