"""Dagster's pages over the generated world, with its websites up so that every night can run."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.demo.invented import run_invented_demo, serve_world, world_of
from pipeline.settings import PROJECT_ROOT, Settings


def show_demo(settings: Settings, port: int, scale: float, say: Callable[[str], None]) -> None:
    """Run `dagster dev` on the demo's warehouse until it is stopped.

    The demo is run first where the warehouse holds no database. Raises AnchorspendError as it does.
    """
    if not settings.database_path.exists():
        run_invented_demo(settings, say, scale=scale)
    home = settings.warehouse / "dagster"
    home.mkdir(exist_ok=True)
    shutil.copy(PROJECT_ROOT / "deploy" / "dagster.yaml", home)
    with serve_world(settings, world_of(settings)) as (invented, site):
        site.begin_second_night()
        say(f"Dagster's pages: http://127.0.0.1:{port}; the invented websites: {site.url}")
        say("They show nothing as materialised before a night: launch the job `collect` for one")
        dagster = subprocess.Popen(  # noqa: S603
            [
                *(Path(sys.executable).with_name("dagster"), "dev", "-w", "workspace.yaml"),
                *("-h", "127.0.0.1", "-p", str(port)),
            ],
            cwd=PROJECT_ROOT,
            env={
                **os.environ,
                "DAGSTER_HOME": str(home),
                "ANCHORSPEND_WAREHOUSE": str(invented.warehouse),
                "ANCHORSPEND_REGISTERS": str(invented.registers),
                "ANCHORSPEND_REGISTRY": str(invented.registry),
                "ANCHORSPEND_BUILT_IN_REGISTRY": "no",
                "ANCHORSPEND_LOOPBACK_SITE": site.host_and_port,
            },
        )
        # Who stops this command alone stops Dagster with it, as Ctrl-C in a terminal does.
        before = signal.signal(signal.SIGTERM, lambda *_: dagster.send_signal(signal.SIGINT))
        try:
            dagster.wait()
        except KeyboardInterrupt:
            # Dagster has heard the same Ctrl-C, and puts its own processes away.
            dagster.wait()
        finally:
            signal.signal(signal.SIGTERM, before)
