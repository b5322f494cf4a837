"""One arrow of a job's life each: `async (work, context) -> Decision`. Stages cause effects in the
world and decide; only the runner (`jobs.runner`) writes what they decided. `TABLE` says which stage
moves which state on."""

from nemowatch.stages.decision import Decision
from nemowatch.stages.table import TABLE

__all__ = ["TABLE", "Decision"]
