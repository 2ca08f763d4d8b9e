"""A demo agency's register as a DCI registry, after the SPDCI registry core API 1.0.0."""
