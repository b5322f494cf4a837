"""What `scripts/bench` measures, a module for each row. Each module has its `ROWS`."""

from __future__ import annotations

from tests.benchmarks.rows import (
    arrival,
    commands,
    download,
    fairness,
    journal,
    lasting,
    scan,
    small_files,
    sweep,
    upload,
)
from tests.benchmarks.table import Row

ROWS: tuple[Row, ...] = (
    *upload.ROWS,
    *download.ROWS,
    *small_files.ROWS,
    *fairness.ROWS,
    *arrival.ROWS,
    *sweep.ROWS,
    *commands.ROWS,
    *journal.ROWS,
    *scan.ROWS,
    *lasting.ROWS,
)
