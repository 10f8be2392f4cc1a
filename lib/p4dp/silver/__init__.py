"""bronze → silver, one file per table: pure functions from DataFrame to DataFrame."""
