"""The pure core: a question in, an answer out; no I/O, no clock, no randomness."""
