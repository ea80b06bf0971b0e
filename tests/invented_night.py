"""What `dagster dev` loads in test_nights.py: the hand-written world with a publisher that fails.

Its one website is served on this machine by the test, which states the exception here.
"""

import os

from pipeline.collect.http import Manners
from pipeline.definitions import build_defs
from pipeline.settings import Settings

defs = build_defs(
    Settings.from_environment(),
    Manners(
        delay_seconds=0.0,
        backoff_seconds=0.0,
        loopback_hosts=frozenset({os.environ["INVENTED_HOST_AND_PORT"]}),
    ),
)
