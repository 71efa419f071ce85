"""Random files of sales whose truth is known, and what the intake makes of them."""
