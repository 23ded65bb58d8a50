import httpx
import pytest

from serving.app import create_app
from serving.store import Store
from tests.serving import browser, models

LABELS = {"saved_model_half_plus_two_2_versions": {"Version_Label": 123}}


def _save_case_models(base):
    for case in models.cases("predict_decode"):
        signature = case["signature"]
        models.save_identity(base / case["id"] / "1", signature["inputs"], signature["name"])
    for case in models.cases("predict_encode"):
        models.save_constant(base / case["id"] / "1", case["outputs"])


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    base = tmp_path_factory.mktemp("models")
    models.save_half_plus(base / "saved_model_half_plus_two_2_versions" / "123", 2.0)
    models.save_half_plus(base / "default" / "123", 2.0)
    models.save_half_plus(base / "saved_model_half_plus_three" / "123", 3.0)
    _save_case_models(base)
    store = Store(base, LABELS)
    store.load()
    return store


@pytest.fixture(scope="session")
def url(store):
    with models.running(create_app(store, ui=False, max_body_bytes=4 * 2**20)) as url:
        yield url


@pytest.fixture(scope="session")
def http(url):
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def bare_url():
    """The page of a server without models."""
    with browser.server_without_models() as url:
        yield url


@pytest.fixture(scope="module")
def bare_chromium():
    with browser.browser() as chromium:
        yield chromium


@pytest.fixture
def bare_visit(bare_chromium, bare_url):
    """Opens browser pages, which ask `bare_url` alone."""
    with browser.visits(bare_chromium, bare_url) as visit:
        yield visit
