"""The learning report for people and programs: text, Markdown, JSON, HTML. Pure: a report in, text out."""
