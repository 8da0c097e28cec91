"""Hostile dreams, and the proof from outside that the jail held against them.

They ship with the package: ``athena-dreams doctor --attack`` runs them on the machine at hand, and the
project's tests run the same ones.
"""
