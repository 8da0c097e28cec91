"""Writes dreams: by mechanical transforms, models and plugins; filters them before they are stored."""
