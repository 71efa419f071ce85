"""Names of columns as a reader would write them; files and code keep the names."""

_KNOWN = {
    "ari": "ARI",
    "calinski_harabasz": "Calinski-Harabasz",
    "davies_bouldin": "Davies-Bouldin",
    "dunn": "Dunn",
    "frozen_ari": "frozen ARI",
    "restated_ari": "restated ARI",
}
_UNITS = {"_days": "days", "_years": "years", "_k": "thousands", "_percent": "%"}
_RATES = {"_month": "a month", "_year": "a year"}


def in_words(name: str) -> str:
    """Write a name in words: `n_products` as 'products'."""
    return _KNOWN.get(name) or name.removeprefix("n_").replace("_", " ")


def heading(name: str) -> tuple[str, str]:
    """Return a name in words and the unit that it ends in, '' for none: `income_k` is in thousands.

    A count may end in its period: `n_logins_month` are logins a month.
    """
    for ending, unit in (_UNITS | _RATES if name.startswith("n_") else _UNITS).items():
        if name.endswith(ending):
            return in_words(name.removesuffix(ending)), unit
    return in_words(name), ""


def name_and_unit(name: str) -> str:
    """Write a name and its unit for the axis of a figure or a row of a table: 'income, thousands'."""
    return ", ".join(filter(None, heading(name)))
