"""Claims → one identity, flat lines and events: pure functions from DataFrame to DataFrame, one file per method or kind of event."""
