"""Tables of the national claims system, as their extracts deliver them; official names are kept."""
