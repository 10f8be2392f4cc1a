"""Contracts of the ops layer: one file per table, named like the table."""
