"""The one command, ``baidiao``: finds the rooms' own commands by entry point and runs the one that was asked for."""
