"""Numbers as people and spreadsheets write them, as exact decimals."""
