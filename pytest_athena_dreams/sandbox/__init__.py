"""The room that starts processes: untrusted code runs here, and only observations come out."""
