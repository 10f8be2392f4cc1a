"""What linkage found: which patient is which beneficiary, how sure that is, and why others have no link."""
