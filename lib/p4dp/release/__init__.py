"""What may leave: projects, their own pseudonyms and coarsened data, and counts that reveal nobody."""
