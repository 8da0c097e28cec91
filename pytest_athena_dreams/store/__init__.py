"""The only room that knows SQLite: the store of procedures, dreams, runs and results.

``database`` opens a store, ``lines`` and ``importer`` bring dreams in, ``records`` holds the data that goes
in and out. Only a store that needs a migration imports sqlite-utils.
"""
