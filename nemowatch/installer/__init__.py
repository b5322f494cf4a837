"""nemowatch as a service of systemd: the steps that install and remove it, and what systemd says
about it.

It plans steps in shell, and carries them out one after the other. It knows nothing about jobs, and
touches no file of people's: `nemowatch init` makes a new workspace.
"""
