"""The configuration: what its keys are, reading them, explaining mistakes, and what may change
while running.

It owns the file's meaning. It must not act on it: no folder is made, no connection opened.
"""
