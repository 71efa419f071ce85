"""Separated text, whatever separates it and whichever encoding it is in, as rows of cells."""
