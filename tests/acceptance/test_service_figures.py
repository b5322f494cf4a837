"""docs/fleet: the example for Prometheus, the alerts and the dashboard, with a real Prometheus that
reads a real daemon. Debian's package has it; scripts/test-service runs this where it is
installed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.ports import free_port
from tests.rigs.studio import Studio, studio, wait_for

PROMETHEUS = shutil.which("prometheus")
pytestmark = [
    pytest.mark.slow,  # a server of its own, and figures of several readings
    pytest.mark.skipif(PROMETHEUS is None, reason="needs prometheus (apt-get install prometheus)"),
]

FLEET = Path(__file__).parents[2] / "docs/fleet"
PASSWORD = "correct horse"
#: Panels that are empty while nothing is held.
OF_HOLDS = {"Held jobs by reason", "What holds work up"}


class Prometheus:
    """A Prometheus with the shipped files, but for what differs from house to house: the targets,
    where the password is, and how long anything takes."""

    def __init__(self, folder: Path, target: str) -> None:
        self._folder = folder
        (folder / "password").write_text(PASSWORD)
        config = (FLEET / "prometheus.yml").read_text()
        config = config.replace(
            "scrape_interval: 60s", "scrape_interval: 1s\n  evaluation_interval: 1s"
        )
        config = config.replace("/etc/prometheus/nemowatch-password", str(folder / "password"))
        config = config.replace("studio-1.example.com:8477", target)
        config = re.sub(r"\n *- studio-2\.example\.com:8477", "", config)
        (folder / "prometheus.yml").write_text(config)
        alerts = re.sub(r"for: \d+[mh]", "for: 2s", (FLEET / "alerts.yml").read_text())
        (folder / "alerts.yml").write_text(alerts)
        self._port = free_port()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Until the block ends."""
        assert PROMETHEUS is not None
        words = [
            PROMETHEUS,
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
        ]
        with (self._folder / "log").open("wb") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)

    def get(self, path: str, **query: str) -> Any:
        """The data of an answer of its API; None while it does not answer."""
        address = f"http://127.0.0.1:{self._port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                said = json.load(answer)
        except urllib.error.HTTPError as exc:
            raise AssertionError(f"{path} {query}: {exc.read().decode()}") from None
        except OSError:
            return None
        assert said["status"] == "success"
        return said["data"]

    def asked(self, query: str) -> list[Any]:
        """The rows that a query gives now."""
        found = self.get("query", query=query)
        return found["result"] if found else []

    def wait_firing(self, alert: str) -> str:
        """What an alert says once it fires."""

        def firing() -> str:
            for each in (self.get("alerts") or {"alerts": []})["alerts"]:
                if each["labels"]["alertname"] == alert and each["state"] == "firing":
                    return str(each["annotations"]["summary"])
            return ""

        return str(wait_for(f"{alert} fires", firing))


@contextmanager
def watched(base: Path) -> Iterator[tuple[Studio, Prometheus]]:
    """A site with the live page, and a Prometheus that reads it."""
    port = free_port()
    (base / "web-password").write_text(PASSWORD)
    (base / "web-password").chmod(0o600)
    web = f'[web]\nlisten = "127.0.0.1:{port}"\npassword_file = "{base / "web-password"}"\n'
    (base / "prometheus").mkdir()
    prometheus = Prometheus(base / "prometheus", f"127.0.0.1:{port}")
    with studio(base / "site", extra=web) as site, prometheus.running():
        text = site.config.read_text()
        site.config.write_text(f'site = "Studio 1"\n{text}')
        site.start()
        wait_for("the site is read", lambda: prometheus.asked('up{job="nemowatch"} == 1'))
        yield site, prometheus


def test_dashboard_and_alerts_say_what_is_so(tmp_path: Path) -> None:
    """Every query of the dashboard has an answer of this site; each alert comes with its trouble,
    names the site, and none is there before."""
    with watched(tmp_path) as (site, prometheus):
        site.drop("dub-es/promo.mp4")
        site.wait_results("dub-es/promo.es.mp4")
        published = 'nemowatch_jobs{site="Studio 1",state="published"} == 1'
        wait_for("it is read", lambda: prometheus.asked(published))
        assert prometheus.get("alerts")["alerts"] == []
        assert empty_panels(prometheus) == OF_HOLDS

        site.sandbox.fault("chat:question")  # type: ignore[attr-defined]
        site.drop("dub-fr/asked.mp4")
        site.wait_states("published", "attention", count=2)
        assert prometheus.wait_firing("NemowatchNeedsAPerson").startswith("Studio 1: 1 jobs")
        site.run("pause")
        site.drop("dub-fr/later.mp4")
        assert "Studio 1: work is held (" in prometheus.wait_firing("NemowatchHeld")
        wait_for("all panels", lambda: not empty_panels(prometheus))
        site.root.rename(site.root.with_name("away"))
        assert "is not worked on" in prometheus.wait_firing("NemowatchInboxNotWorked")
        site.kill()
        assert "does not answer" in prometheus.wait_firing("NemowatchDown")


def empty_panels(prometheus: Prometheus) -> set[str]:
    """Panels whose query has no answer now; each is asked, and the choice of sites, as Grafana asks
    them."""
    sites = prometheus.get("label/site/values", **{"match[]": "nemowatch_info"})
    assert sites == ["Studio 1"]
    panels = json.loads((FLEET / "dashboard.json").read_text())["panels"]
    asked = {panel["title"]: target["expr"] for panel in panels for target in panel["targets"]}
    assert len(asked) > 8
    return {title for title, expr in asked.items() if not prometheus.asked(chosen(expr))}


def chosen(expr: str) -> str:
    """A query when all sites are chosen."""
    return expr.replace("$site", ".*")
