"""Everything that one run has found, from which the chapters tell."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from batch.studies.customer_table.choosing import choose, of_role
from batch.studies.customer_table.column_rules import ColumnVerdict
from batch.studies.customer_table.column_values import is_quantity
from batch.studies.customer_table.customer_file import CustomerFile
from batch.studies.customer_table.effects import Effect, effect_sizes, effects_of, names_of
from batch.studies.customer_table.found_groups import Groups, group
from batch.studies.customer_table.preparing import Prepared, prepare
from batch.studies.customer_table.wishes import TableWishes


@dataclass(frozen=True, eq=False)
class Segmented:
    """A file, what was decided about it, and what came of it.

    Parameters
    ----------
    clustered : (m,) rows of the table that have a group. sizes : (groups, amounts) effect sizes.
    effects, names : of each group, by its number.
    """

    file: CustomerFile
    wishes: TableWishes
    verdicts: tuple[ColumnVerdict, ...]
    prepared: Prepared
    groups: Groups
    clustered: pd.DataFrame
    sizes: pd.DataFrame
    effects: Mapping[int, tuple[Effect, ...]]
    names: Mapping[int, str]

    @property
    def words(self) -> list[str]:
        """Columns that are tabulated by value: those of groups, and words that were clustered by."""
        used = of_role(self.verdicts, "clustered by")
        words = [name for name in used if not is_quantity(self.file.table[name])]
        return [*words, *of_role(self.verdicts, "tabulated")]

    @property
    def amounts(self) -> list[str]:
        """Columns whose medians are told, those clustered by first."""
        used = of_role(self.verdicts, "clustered by")
        amounts = [name for name in used if is_quantity(self.file.table[name])]
        return [*amounts, *of_role(self.verdicts, "described")]


def segment(file: CustomerFile, wishes: TableWishes) -> Segmented:
    """Choose columns, prepare them, choose k, group the customers and name the groups.

    Raises
    ------
    InvalidConfig : see `choose`, `prepare` and `group`.
    """
    verdicts = choose(file.table, wishes)
    prepared = prepare(file.table, verdicts, wishes.filling)
    groups = group(prepared.X, wishes)
    clustered = file.table.iloc[prepared.rows]
    sizes = effect_sizes(clustered, prepared.features, groups.labels)
    found = Segmented(file, wishes, verdicts, prepared, groups, clustered, sizes, {}, {})
    effects = effects_of(clustered, sizes, groups.labels, found.words)
    return Segmented(file, wishes, verdicts, prepared, groups, clustered, sizes, effects, names_of(effects))
