"""The library: one algorithm per file."""
