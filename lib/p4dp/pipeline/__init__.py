"""Stages: where storage meets transformations, one file per stage."""
