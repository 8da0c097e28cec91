"""Run Athena's dreams as a test suite: jailed, compared with their procedures, and written back.

Importing this package costs nothing: pytest imports it at every start, asked for or not.
"""

__version__ = "0.1.0"
