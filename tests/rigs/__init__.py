"""Rigs: real parts of nemowatch, put together for tests. They drop, wait and read, and assert
nothing."""
