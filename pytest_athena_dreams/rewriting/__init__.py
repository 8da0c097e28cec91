"""Changes of source code with libcst, which keep the rest of the source as it was.

libcst's parser is native and may crash on hostile source. So nothing that makes changes is imported in the
parent: ``process`` runs it in a process with limits on time and memory.
"""
