"""Contracts of the silver layer: one file per table, named like the table."""
