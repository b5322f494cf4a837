"""The names of nemowatch's environment variables, and nothing else."""

PREFIX = "NEMOWATCH_"
#: Variables that `find` and `state_dir` read; they are not keys of the configuration.
OWN_NAMES = ("NEMOWATCH_CONFIG", "NEMOWATCH_STATE_DIR")
#: The name for the root of the first [[watch]], and the beginning of all others about watches.
ROOT, WATCH = "NEMOWATCH_ROOT", "NEMOWATCH_WATCH"
