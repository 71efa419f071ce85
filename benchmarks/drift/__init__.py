"""How often drift alarms are false, and how late they are: `python -m benchmarks.drift`."""
