"""What runs inside the jail: the standard library and these siblings, nothing else.

The fork server puts the folder *above* this one on its path and imports this package as ``jail``;
the parent imports the very same modules as ``pytest_athena_dreams.sandbox.jail``. So modules here
import each other relatively and nothing of the rest of the package.
"""
