"""What a night teaches: patterns, suggestions, metrics, calibration. Pure: rows in, plain data out."""
