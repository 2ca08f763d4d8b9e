"""Numbered migrations; the runner finds them here."""
