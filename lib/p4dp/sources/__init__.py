"""Kinds of delivery: what a software's files are called, and how each kind is verified and read."""
