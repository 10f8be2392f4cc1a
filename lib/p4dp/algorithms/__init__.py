"""Algorithms that others can reuse: one file each, a declaration and a pure function per side.

This package imports nothing else of the platform, so that a registered algorithm runs wherever PySpark is.
"""
