"""A shop's dirty transactions: cleaned, mapped, and the map's units joined into clusters."""
