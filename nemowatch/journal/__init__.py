"""The only owner of SQLite: what has been seen, claimed, paid and published, so that a crash loses
and repeats nothing.

`database` runs functions over one connection on one thread; the other modules are those
functions.
"""
