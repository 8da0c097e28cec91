"""For all tests: ``pytester`` drives the plugin in a pytest of its own."""

pytest_plugins = ["pytester"]
