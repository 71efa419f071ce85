"""What a mean silhouette stands for, in words."""

_STRUCTURES = (
    (0.25, "no substantial structure"),
    (0.5, "a weak structure"),
    (0.7, "a reasonable structure"),
    (1.0, "a strong structure"),
)
"""Up to each value: Kaufman and Rousseeuw (1990), Finding groups in data."""


def structure(silhouette: float) -> str:
    """Say how much structure a silhouette, -1 to 1, shows."""
    return next(words for highest, words in _STRUCTURES if silhouette <= highest)
