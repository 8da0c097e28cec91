"""The night: all steps of the loop by one command, each in a process of its own."""
