"""A synthetic country: lives, practices, what the practices would deliver, and the truth beside it.

Knows column names and rule codes only; imports nothing of the product, and the product imports nothing of it.
"""
