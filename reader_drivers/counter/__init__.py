"""Counter mode: this machine's card reader for the agency's own web pages, on the loopback address alone."""
