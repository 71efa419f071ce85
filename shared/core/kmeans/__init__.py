"""K-means over exact sums: seeds, assignment, full fits, fading and what it is compared with."""
