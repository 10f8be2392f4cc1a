"""Tables that scientists derive: each row names its algorithm, version and run."""
