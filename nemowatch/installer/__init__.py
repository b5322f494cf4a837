"""The service on a machine with systemd: what installing it takes, what removing it takes, and what
systemd says of it.

It plans steps of shell, and carries them out one after the other. It knows nothing of jobs, and
touches no file of people's: a new workspace is made by `nemowatch init`.
"""
