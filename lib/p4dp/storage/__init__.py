"""Delta: sessions, tables, exactly-once writes, the ledger of batches and versions, the lease."""
