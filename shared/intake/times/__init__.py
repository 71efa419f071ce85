"""Times as people, databases and spreadsheets write them, as moments."""
