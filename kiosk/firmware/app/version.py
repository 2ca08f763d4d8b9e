"""The firmware's name on the wire, at most 16 bytes of ASCII."""

VERSION = b"1.0.0"
