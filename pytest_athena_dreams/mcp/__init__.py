"""An MCP server for agents: verdicts, the journal of dreams, and what went wrong.

Invariants: text that a dream's writer chose stands in fields named ``untrusted`` alone, escaped and cut; its
code is given by one tool alone, between marks that it can't know; nothing is adopted here.
"""
