"""Adoption: a dream that holds becomes its procedure's next version."""
