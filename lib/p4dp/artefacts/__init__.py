"""What is generated from a contract: DDL, quarantine expressions, suite, dictionary page, example rows."""
