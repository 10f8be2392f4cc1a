"""Great Expectations: the one place that knows its API, and the report of a gate."""
