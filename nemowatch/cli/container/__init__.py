"""nemowatch in a container: sets up what is different there before any command begins.

Owns which user the process becomes, the folders that an engine mounts, and what a first start says.
It works on no job, and decides by the environment alone (docs/decisions/0039).
"""
