"""Analyses of customer data, each ending in a report, figures, tables, numbers and a notebook.

A study is thin: it calls `shared.core` and standard libraries, and says what they answer.
`catalogue` names them all; `framework` turns an analysis into files.
"""
