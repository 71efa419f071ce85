"""How many customers an analysis needs."""

from shared.errors import InvalidConfig

MIN_CUSTOMERS = 50
"""Fewer do not make segments that an index could judge."""


def require_customers(n: int, file_name: str) -> None:
    """Refuse a file with too few customers to cluster.

    Raises
    ------
    InvalidConfig : there are fewer than 50.
    """
    if n < MIN_CUSTOMERS:
        msg = (
            f"{file_name} has {n} customers with a purchase and a net spend above 0; "
            f"this study needs at least {MIN_CUSTOMERS}: give it more lines"
        )
        raise InvalidConfig(msg)
