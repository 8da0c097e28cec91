"""The only room that knows Hypothesis: from a described signature to a pool of inputs, and shrinking."""
