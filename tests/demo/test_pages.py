import os
import signal
import sys
import threading
import time

from pipeline.demo import pages
from pipeline.demo.generator.world import build_world
from pipeline.demo.invented import WORLD_FOLDER
from pipeline.settings import Settings

# Stands in for `dagster dev`: says that it is up, and how it was told to end.
DAGSTER = """#!{python}
import signal, sys, time
from pathlib import Path
told = Path({told!r})
def end(number, frame):
    told.write_text(signal.Signals(number).name)
    sys.exit()
signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
told.write_text("up")
time.sleep(60)
"""


def terminate_once(told) -> None:
    while not told.exists():
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGTERM)


def test_who_stops_the_command_stops_dagster(tmp_path, monkeypatch):
    told, programs = tmp_path / "told", tmp_path / "bin"
    programs.mkdir()
    dagster = programs / "dagster"
    dagster.write_text(DAGSTER.format(python=sys.executable, told=str(told)), encoding="utf-8")
    dagster.chmod(0o755)
    monkeypatch.setattr(pages.sys, "executable", str(programs / "python"))
    settings = Settings(warehouse=tmp_path / "warehouse")
    build_world(settings.warehouse / WORLD_FOLDER, scale=0.01)
    settings.database_path.touch()
    before = signal.getsignal(signal.SIGTERM)
    threading.Thread(target=terminate_once, args=(told,), daemon=True).start()

    pages.show_demo(settings, 3000, 1, lambda _: None)

    assert told.read_text(encoding="utf-8") == "SIGINT"
    assert signal.getsignal(signal.SIGTERM) == before
