"""The two models as scikit-learn estimators, for notebooks and benchmarks."""

from shared.estimators.online_som import OnlineSOM
from shared.estimators.streaming_kmeans import StreamingKMeans

__all__ = ["OnlineSOM", "StreamingKMeans"]
