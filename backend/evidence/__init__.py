"""The tamper-evident log of decisions, its checkpoints and proofs, and the signed slips that name their leaves."""
