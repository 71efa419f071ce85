"""Telling people and programs what is wrong: watch the operation, and deliver every change of an alert."""
