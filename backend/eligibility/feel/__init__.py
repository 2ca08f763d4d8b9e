"""FEEL as far as decision tables need it: values, expressions and unary tests of S-FEEL (OMG DMN 1.3 clause 9)."""
