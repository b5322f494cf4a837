"""How the variables of the environment that are ours are called. Names only."""

PREFIX = "NEMOWATCH_"
#: Read by `find` and `state_dir`, not keys of the configuration.
OWN_NAMES = ("NEMOWATCH_CONFIG", "NEMOWATCH_STATE_DIR")
#: The root of the first [[watch]]; what else names one begins as the second.
ROOT, WATCH = "NEMOWATCH_ROOT", "NEMOWATCH_WATCH"
