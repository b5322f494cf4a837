"""Runs the house: which job goes next, what an error means, what stops everything, and what people are told."""
