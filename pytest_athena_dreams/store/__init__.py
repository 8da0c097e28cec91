"""The only room that knows SQLite: the store of procedures, dreams, runs and results.

``database`` opens a store, ``lines`` and ``importer`` bring dreams in, ``records`` holds the data that goes
in and out. Importing this package is free; ``database`` and ``importer`` pull in sqlite-utils.
"""
