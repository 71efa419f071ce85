"""Compiling a loop at its first call is no failure: a property has no time limit here."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
