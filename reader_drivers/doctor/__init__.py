"""Finds what keeps a card from being read on this machine: an observed snapshot, and pure checks over it."""
