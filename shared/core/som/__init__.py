"""Self-organising maps: the grid, the rules that train a map, and what is read from it."""
