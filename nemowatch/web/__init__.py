"""The live page: what status.html says, in a browser, with what a person needs to click; and the
figures of an installation for others. Loaded only where `[web] listen` is set.

It decides nothing: it renders what `reporting` gathers, and gives orders as commands and files do.
"""
