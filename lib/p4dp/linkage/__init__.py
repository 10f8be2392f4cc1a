"""Patients ↔ beneficiaries: pure functions from DataFrame to DataFrame, one file per step.

evidence → practitioners → candidates → compare → score → assign. Tokens are 64-bit hashes; no step is a cross product.
"""
