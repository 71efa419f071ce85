"""Three banks that have little in common with the one that is shipped."""

import numpy as np
import pandas as pd

from batch.studies.stand_ins.customer360 import FEATURES


def in_yen(seed: int = 1) -> pd.DataFrame:
    """Whole yen where others have thousands, overdrafts, and one product for everybody."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.lognormal(12, 1, 400).round() for name in FEATURES})
    table["current_account_k"] = rng.normal(0, 50_000, 400).round()
    table["n_products"] = 1
    table.insert(0, "customer_id", [f"{{c{number}}}" for number in range(400)])
    return table


def alike(seed: int = 2) -> pd.DataFrame:
    """Twenty-five customers who are all alike."""
    table = pd.DataFrame({name: [5.0] * 25 for name in FEATURES})
    table.insert(0, "customer_id", [f"c{number}" for number in range(25)])
    return table


def large(seed: int = 3) -> pd.DataFrame:
    """More customers than are drawn, without any groups, of whom half have no savings."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.normal(50, 5, 6_000) for name in FEATURES})
    table.loc[::2, "savings_k"] = 0.0
    table.insert(0, "customer_id", np.arange(6_000))
    return table
