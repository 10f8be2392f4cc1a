"""What every page, run and result that people read promises: counts of few people are not in it."""

#: Counts from 1 to 10 are shown nowhere, nor what would give them away.
SMALLEST = 11
