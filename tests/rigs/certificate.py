"""Certificates that only those trust who are told to."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path


def tls_of(key: Path, certificate: Path, subject: str, *more: str) -> ssl.SSLContext:
    """A server's TLS with a new key and its own certificate, made by openssl."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-keyout", str(key), "-out", str(certificate), "-subj", subject, *more]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
