"""The models that the stream stands under, as it reads them: each once, and checked."""

from collections.abc import Mapping
from functools import lru_cache, partial

from pymongo.database import Database

from shared.adapters.mongo.models import load_model
from shared.core.model.artifact import ModelArtifact
from shared.core.segments.given_names import GivenName, with_names
from shared.documents import Document
from shared.errors import ModelNotFound, SchemaMismatch
from streaming.driver.live import LiveState


class Champions:
    """Reads models by version; remembers the old one and the new."""

    def __init__(self, database: Database[Document]) -> None:
        self._load = lru_cache(maxsize=2)(partial(load_model, database))

    def named(self, version: int | None, names: Mapping[int, GivenName]) -> ModelArtifact | None:
        """Return the model of `version` with its segments as people call them; None without one.

        Raises
        ------
        ModelNotFound, SchemaMismatch : it cannot be trusted.
        """
        return None if version is None else with_names(self._load(version), names)

    def of(self, state: LiveState) -> ModelArtifact | None:
        """Return the model that customers stand under; raises as `named`."""
        return self.named(None if state.now is None else state.now.version, state.names)

    def refusal(self, version: int) -> str | None:
        """Return why a model is not to be taken; None if it is sound."""
        try:
            self._load(version)
        except (ModelNotFound, SchemaMismatch) as error:
            return str(error)
        return None
