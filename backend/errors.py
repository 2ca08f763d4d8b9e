"""What an operator has to mend before the centre can run."""


class InstallationError(Exception):
    """Keys, agencies, mandates or rules are missing or wrong. The text says which file and what about it."""
