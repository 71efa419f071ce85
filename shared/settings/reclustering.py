"""What a re-clustering must show, and when it is done."""

from typing import Annotated

from pydantic import Field, field_validator

from shared.core.choice.k_scores import Floors
from shared.settings.parts import SettingsSection


class GateSettings(SettingsSection):
    """What a challenger must show before it replaces the champion by itself."""

    min_improvement: Annotated[float, Field(ge=0, lt=1)] = 0.01
    """Part of the champion's quantization error that it must save. Two fits of one table differ by less."""
    silhouette_slack: Annotated[float, Field(ge=0, le=1)] = 0.01
    """How far its simplified silhouette may lie below the champion's."""
    max_relabelled: Annotated[float, Field(ge=0, le=1)] = 0.15
    """Share of customers whom the change of model alone may move to another identity, besides splits and
    merges."""
    max_ambiguity: Annotated[float, Field(ge=0, le=1)] = 0.8
    """Cost of the match of a segment / cost of the second best, up to which its identity is carried over."""
    min_customers_kept: Annotated[float, Field(ge=0, le=1)] = 0.8
    """Customers of the table / customers of the last run: a smaller table is a fault, not a shop."""
    min_warm_ari: Annotated[float, Field(ge=0, le=1)] = 0.9
    """Agreement of refits that start at its centers, on bootstrap samples."""
    min_cold_ari: Annotated[float, Field(ge=0, le=1)] = 0.8
    """The same for refits that start from nothing."""
    min_jaccard: Annotated[float, Field(ge=0, le=1)] = 0.6
    """How well the weakest segment comes back in those."""
    min_share: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Share of the customers in the smallest segment."""
    min_spenders: Annotated[int, Field(ge=1)] = 30
    """A smaller segment will do if it has as many customers as this and brings `min_spend_share`."""
    min_spend_share: Annotated[float, Field(ge=0, le=1)] = 0.02

    @property
    def floors(self) -> Floors:
        """What a segmentation must reach by itself, whatever it is compared with."""
        return Floors(
            warm_ari=self.min_warm_ari,
            cold_ari=self.min_cold_ari,
            jaccard=self.min_jaccard,
            share=self.min_share,
            customers=self.min_spenders,
            spend_share=self.min_spend_share,
        )


class ScheduleSettings(SettingsSection):
    """When everybody is re-clustered."""

    refit_days: Annotated[int, Field(ge=1)] = 7
    """Event-time days between refits of a provisional champion."""
    every_days: Annotated[int, Field(ge=1)] = 30
    """Event-time days between re-clusterings afterwards."""
    cron: str | None = None
    """Five cron fields, in the zone of the input; replaces `every_days` by the wall clock."""
    drift_cooldown_days: Annotated[int, Field(ge=1)] = 7
    """Event-time days between two re-clusterings that drift asks for."""

    @field_validator("cron")
    @classmethod
    def _cron_can_be_read(cls, cron: str | None) -> str | None:
        from croniter import croniter  # noqa: PLC0415  most commands never need it

        if cron is not None and (len(cron.split()) != 5 or not croniter.is_valid(cron)):
            msg = f"should be five cron fields such as '0 3 1 * *' (03:00 on the 1st), got {cron!r}"
            raise ValueError(msg)
        return cron
