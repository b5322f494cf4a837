"""nemowatch in a container: what is different there is set up before any command begins.

Owns who the process becomes, the folders that an engine mounts, and what a first start says. It
works no job, and what it decides comes from the environment alone (docs/decisions/0039).
"""
