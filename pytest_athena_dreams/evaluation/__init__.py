"""Scores of dreams: by a model, from a chat's answer, or by what such dreams did before; and calibration.

The jail is the judge of a dream. A score only decides what is tested first and what is worth reading.
"""
