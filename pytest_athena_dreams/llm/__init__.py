"""The only room that knows a language model or an agent's command line.

``asking`` asks questions within a budget; ``provider`` and ``agent`` carry one question to a model. Importing
this package is free: the client of a model (the extra ``models``) is imported when a command asks a model.
"""
