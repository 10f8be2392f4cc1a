"""P4DP: a national warehouse of general-practice records on Spark and Delta."""

__version__ = "0.1.0"
