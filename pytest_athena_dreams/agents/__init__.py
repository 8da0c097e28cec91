"""For programs: test variants against procedures, functions against their older versions, and serve MCP."""
