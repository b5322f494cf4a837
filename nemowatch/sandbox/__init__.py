"""The stand-in for the NemoVideo API on loopback: serves docs/api.md section 10, deterministic,
strict in what it accepts.

Of nemowatch it imports only `model` and `errors`, so that a mistake of the client is not repeated
here. `server.run_sandbox` runs it in this process, `process.SandboxProcess` in another one; both
need the extra `sandbox` (aiohttp).
"""
