"""What the claims say of people: one beneficiary per human, flat claim lines, and events."""
