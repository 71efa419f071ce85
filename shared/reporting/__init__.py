"""Reports: one theme, one page, no service."""
