"""Small synthetic shops for every test here."""

from tests.support.small_shops import make_table  # noqa: F401 - a fixture
