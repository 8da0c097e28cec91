"""What can be known of a source without running it: syntax, literals, purity, normal form, edits."""
