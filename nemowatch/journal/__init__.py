"""The only owner of SQLite: what was seen, claimed, paid for and published, so that a crash loses
and repeats nothing.

`database` runs functions over one connection on one thread; the other modules are these functions.
"""
