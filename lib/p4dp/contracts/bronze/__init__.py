"""Contracts of the bronze layer: one file per table, named like the table."""
