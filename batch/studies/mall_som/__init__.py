"""A mall's customers on a self-organising map."""
