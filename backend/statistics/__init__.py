"""Statistics without persons: decisions counted out of the log, published late, rounded and without small counts."""
