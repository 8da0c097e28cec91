"""Learning from results: patterns, suggestions, metrics, calibration. Pure: rows in, plain data out."""
