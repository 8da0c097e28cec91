"""For all tests: ``pytester`` drives the plugin in a pytest of its own; a slow machine fails nothing."""

from hypothesis import settings

pytest_plugins = ["pytester"]

settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")
