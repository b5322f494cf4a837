"""The live page: what status.html says, in a browser, with buttons for what a person can do; and
the figures of an installation for other programs. Loaded only if `[web] listen` is set.

It decides nothing: it renders what `reporting` gathers, and gives orders as commands and files do.
"""
