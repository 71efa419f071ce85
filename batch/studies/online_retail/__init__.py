"""A year of invoice lines: looked at, cleaned step by step, stored for analysts, and segmented by RFM."""
