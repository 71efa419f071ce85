"""What the columns of a study are called on its page."""

import pytest

from batch.studies.framework.wording import heading


@pytest.mark.parametrize(
    ("column", "words", "unit"),
    [
        ("customers", "customers", ""),
        ("income_k", "income", "thousands"),
        ("mean_recency_days", "mean recency", "days"),
        ("customers_percent", "customers", "%"),
        ("n_branch_visits_year", "branch visits", "a year"),
        ("n_clusters", "clusters", ""),
        ("map_row", "map row", ""),
        ("k", "k", ""),
        ("month", "month", ""),
        ("davies_bouldin", "Davies-Bouldin", ""),
        ("lines above, %", "lines above, %", ""),
    ],
)
def test_a_column_is_headed_by_words_and_its_unit(column: str, words: str, unit: str) -> None:
    assert heading(column) == (words, unit)
