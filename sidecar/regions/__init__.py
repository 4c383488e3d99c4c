"""The regions of shared memory that a conversation and its engine exchange. Imports no torch."""
