"""Pure: equality, oracles, categories, verdict. No I/O, no Hypothesis, no jail."""
