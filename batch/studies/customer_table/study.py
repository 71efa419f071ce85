"""The study of a table of customers: columns, preparation, number of groups, groups."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from batch.studies.claims import Claim
from batch.studies.customer_table.chapters_columns import columns_chapter, preparation_chapter
from batch.studies.customer_table.chapters_groups import groups_chapter, k_chapter
from batch.studies.customer_table.choosing import of_role
from batch.studies.customer_table.customer_file import CustomerFile
from batch.studies.customer_table.segmented import Segmented, segment
from batch.studies.customer_table.wishes import TableWishes
from batch.studies.framework import StudyResult, Subject
from batch.studies.framework.notebook import write_notebook
from batch.studies.framework.write import made_folder, write
from batch.studies.reading import DataFile


@dataclass(frozen=True)
class ClusterRequest:
    """What to cluster, how, and the folder that the files are written to."""

    data: DataFile
    wishes: TableWishes
    folder: Path
    with_notebook: bool = True


def cluster_customers(
    request: ClusterRequest, file: CustomerFile, say: Callable[[str], None] = lambda _step: None
) -> Segmented:
    """Cluster the customers of a file that is read, and write report, tables, figures and notebook.

    Raises
    ------
    InvalidConfig : no column is left to cluster by, or too few customers; see `segment`.
    NotebookFailed : a cell of the notebook raised; everything else is written.
    """
    say("choosing columns and groups")
    found = segment(file, request.wishes)
    folder = made_folder(request.folder)
    say("writing the report")
    write(SUBJECT, story(found, request.data.path.name), folder)
    if request.with_notebook:
        say("executing the notebook")
        write_notebook(SUBJECT.notebook, request.data, folder, notebook_parameters(found))
    return found


def story(found: Segmented, name: str) -> StudyResult:
    """Tell all chapters of the file of that name."""
    facts: dict[str, int | str] = {"customers": len(found.file.table), "name": name}
    source = Claim("{customers:,} customers of {name}.", facts, partial(_source_again, name))
    chapters = (columns_chapter, preparation_chapter, k_chapter, groups_chapter)
    return StudyResult(source, tuple(chapter(found) for chapter in chapters))


def notebook_parameters(found: Segmented) -> dict[str, object]:
    """Return what was decided, by the names that the notebook has for it."""
    amounts = [feature for feature in found.prepared.features if feature.group is None]
    return {
        "AMOUNTS": [feature.column for feature in amounts],
        "LOGARITHMS": [feature.column for feature in amounts if feature.is_log],
        "WORDS": sorted({feature.column for feature in found.prepared.features if feature.group is not None}),
        "TABULATED": of_role(found.verdicts, "tabulated"),
        "FILLING": found.wishes.filling,
        "METHOD": found.wishes.method,
        "K": found.groups.k,
    }


def _source_again(name: str, table: pd.DataFrame) -> dict[str, int | str]:
    return {"customers": table.shape[0], "name": name}


class _Verb(Subject):
    """Has a verb of its own, since its options are no other study's."""

    @property
    def command(self) -> str:
        return "resegment cluster"


SUBJECT = _Verb(
    name="cluster",
    title="Groups of customers in a table",
    asked=(
        "Take a table with a row for each customer and any columns; decide which columns to cluster by, fill "
        "what is empty, make amounts comparable, choose the number of groups, and say in words what sets "
        "each group apart."
    ),
    advice=(
        "Look at the table of columns first: what a group is, is decided there. Leave out what nobody can "
        "act on.",
        "Take few columns that somebody can explain rather than all that there are: every further one blurs "
        "the others.",
        "Where purchases are at hand, recency, frequency and spend tell more than most tables: the rest of "
        "this product keeps them current.",
        "Groups whose number reaches no floor are shelves, not kinds of customers: use them to sort, and do "
        "not name campaigns after them.",
        "Means and medians hide spread: look at the customers of a group before writing to them.",
    ),
    notebook="customer_table",
)
