"""Identities, in the vault only: pseudonyms, NIR, traits made coarse."""
