"""Python files as a source of procedures and dreams."""
