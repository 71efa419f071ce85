"""What each segment is called, and what to do about it."""

from batch.champion import ChampionView
from batch.cluster import Clustering
from batch.load import CustomerTable
from shared.core.customers.features import feature_matrix
from shared.core.model.artifact import Segment
from shared.core.segments.naming import PopulationCuts, name_segments, segment_profiles, usual_pause_days


def name(
    clustering: Clustering,
    segment_ids: tuple[int, ...],
    table: CustomerTable,
    champion: ChampionView | None = None,
) -> tuple[Segment, ...]:
    """Name the segment of each label by where its typical customer lies among all, and by its rhythm.

    A segment that the champion has too keeps its name until its customers are clearly elsewhere.
    """
    rfm = feature_matrix(("recency_days", "frequency", "monetary"), table.rfm, table.as_of_ms)
    tenure, interval = feature_matrix(("tenure_days", "purchase_interval_days"), table.rfm, table.as_of_ms).T
    profiles = segment_profiles(rfm, clustering.labels, clustering.counts.size, interval_days=interval)
    before = {} if champion is None else {one.segment_id: one.base for one in champion.model.segments}
    previous = [before.get(segment_id) for segment_id in segment_ids]
    population = PopulationCuts.of(*rfm.T, pause_days=usual_pause_days(tenure, rfm[:, 1]))
    names = name_segments(profiles, population, previous=previous)
    return tuple(
        Segment(label, segment_id, str(named.name), str(named.action), named.base)
        for label, (segment_id, named) in enumerate(zip(segment_ids, names, strict=True))
    )
