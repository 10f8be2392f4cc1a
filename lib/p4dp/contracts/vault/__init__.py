"""Contracts of the vault layer: one file per table, named like the table."""
