import os

import pytest
from sidecar_fixtures import Workplace

os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def workplace():
    place = Workplace()
    yield place
    place.close()
