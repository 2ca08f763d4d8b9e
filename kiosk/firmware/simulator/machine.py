"""What new firmware's way in needs of the real board's module of this name."""


def reset() -> None:
    """Start the board again: whoever started us does it."""
    raise SystemExit(75)
