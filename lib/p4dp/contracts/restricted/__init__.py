"""Contracts of the restricted layer: one file per table, named like the table."""
