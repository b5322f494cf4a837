"""The stand-in for the NemoVideo API on loopback: serves docs/api.md section 10, deterministic,
strict in what it accepts.

It imports nothing of ours but `model` and `errors`, so that a mistake of the client is not
repeated here. `server.run_sandbox` runs it in process, `process.SandboxProcess` beside it; both
need the extra `sandbox` (aiohttp).
"""
