"""Figures of fits: measures by k, starts, other algorithms, consensus."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from batch.studies.framework.drawing import canvas
from batch.studies.kmeans_deep.algorithms import NOISE, AlgorithmOutcome, Mixtures
from batch.studies.kmeans_deep.consensus import Consensus, Robustness
from batch.studies.kmeans_deep.k_qualities import QualityCurve
from batch.studies.kmeans_deep.starts import Starts
from shared.core.arrays import Float64, Int32
from shared.reporting.theme import Theme

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def measures(wide: QualityCurve, rfm: QualityCurve, theme: Theme) -> Drawing:
    """Four measures by k, for all features and for three."""
    figure = canvas(10, 6.4)
    panels = (
        ("inertia", "inertia, 1 at the smallest k", "elbow"),
        ("silhouette", "mean silhouette (high is good)", "silhouette"),
        ("davies_bouldin", "Davies-Bouldin (low is good)", "Davies-Bouldin"),
        ("dunn", "Dunn (high is good)", "Dunn"),
    )
    for axes, (name, label, title) in zip(figure.subplots(2, 2).flat, panels, strict=True):
        for curve, words, marker, color in (
            (wide, "nine features", "o", theme.series[0]),
            (rfm, "recency, frequency, monetary", "s", theme.series[1]),
        ):
            ks = [quality.k for quality in curve.qualities]
            values = np.array([getattr(quality, name) for quality in curve.qualities])
            scale = values[0] if name == "inertia" else 1.0
            axes.plot(ks, values / scale, marker=marker, color=color, label=words)
            picked = _picked(curve, name)
            if picked is not None:
                at = values[ks.index(picked)] / scale
                axes.plot(picked, at, marker="o", ms=15, mfc="none", mec=color, ls="")
        axes.set(xlabel="clusters k", ylabel=label, title=title, ylim=(0, None))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.axes[0].legend(loc="lower left")
    return figure


def _picked(curve: QualityCurve, name: str) -> int | None:
    return curve.elbow if name == "inertia" else int(getattr(curve, f"by_{name}"))


def start_ratios(found: Mapping[str, Sequence[Starts]], theme: Theme) -> Drawing:
    """Inertia of every start by the best, one panel for each set of customers."""
    figure = canvas(10, 4.2)
    for axes, (title, starts) in zip(figure.subplots(1, len(found)), found.items(), strict=True):
        for at, each in enumerate(starts):
            rng = np.random.default_rng(0)
            jitter = at + rng.uniform(-0.22, 0.22, len(each.ratios))
            axes.scatter(
                jitter, each.ratios, s=22, alpha=0.7, color=theme.series[at], marker=MARKERS[at], linewidths=0
            )
            axes.hlines(np.median(each.ratios), at - 0.32, at + 0.32, color=theme.ink, linewidth=2)
        axes.set_xticks(range(len(starts)), [each.method.replace(" ", "\n", 1) for each in starts])
        axes.set(title=title, xlabel="where a start begins", ylabel="inertia / best of all")
        axes.grid(visible=False, axis="x")
    return figure


def side_by_side(scores: Float64, outcomes: Sequence[AlgorithmOutcome], theme: Theme) -> Drawing:
    """Labels of every algorithm on the first two principal components."""
    figure = canvas(10, 6.6)
    for axes, outcome in zip(figure.subplots(2, 3, sharex=True, sharey=True).flat, outcomes, strict=True):
        for place, label in enumerate(_by_size(outcome.labels)):
            members = outcome.labels == label
            color = theme.muted if label == NOISE else theme.series[place % len(theme.series)]
            axes.scatter(
                scores[members, 0],
                scores[members, 1],
                s=6,
                alpha=0.5,
                linewidths=0,
                color=color,
                marker="." if label == NOISE else MARKERS[place % len(MARKERS)],
                rasterized=True,
            )
        noise = f", {outcome.noise_share:.0%} noise" if outcome.noise_share else ""
        plural = "s" if outcome.n_clusters > 1 else ""
        axes.set_title(f"{outcome.name}\n{outcome.n_clusters} cluster{plural}{noise}", fontsize=11)
    for axes in figure.axes[3:]:
        axes.set_xlabel("component 1")
    for axes in figure.axes[::3]:
        axes.set_ylabel("component 2")
    return figure


def _by_size(labels: Int32) -> list[int]:
    """Largest cluster first, noise last, so that colours mean the same in every panel."""
    present, counts = np.unique(labels, return_counts=True)
    order = np.argsort(-np.where(present == NOISE, -1, counts), kind="stable")
    return [int(label) for label in present[order]]


def bic_curves(mixtures: Mixtures, theme: Theme) -> Drawing:
    """BIC by number of components."""
    figure = canvas(8, 3.8)
    axes = figure.subplots()
    for values, name, marker, color in (
        (mixtures.full, "full covariance", "o", theme.series[0]),
        (mixtures.diagonal, "diagonal covariance", "s", theme.series[1]),
    ):
        axes.plot(mixtures.ks, np.array(values) / 1e3, marker=marker, color=color, label=name)
    axes.set(xlabel="components k", ylabel="BIC, thousands (low is good)")
    axes.legend()
    return figure


def together_map(found: Consensus, theme: Theme) -> Drawing:
    """How often two micro-clusters are together, in the order of the tree."""
    figure = canvas(6.6, 5.4)
    axes = figure.subplots()
    colors = LinearSegmentedColormap.from_list("together", theme.sequential)
    table = found.together[np.ix_(found.order, found.order)]
    image = axes.imshow(table, cmap=colors, vmin=0, vmax=1, interpolation="nearest")
    axes.set(xlabel="micro-cluster, in the order of the tree", ylabel="micro-cluster")
    axes.grid(visible=False)
    figure.colorbar(image, ax=axes, label="share of clusterings that put both together")
    return figure


def robustness_bars(found: Robustness, theme: Theme) -> Drawing:
    """How alike runs on other customers are."""
    figure = canvas(7, 3.2)
    axes = figure.subplots()
    names = ("one K-means", "consensus of 30", "best of 10 starts")
    values = (found.single_start, found.consensus, found.best_of_ten)
    bars = axes.barh(names, values, color=theme.series[0])
    axes.bar_label(bars, fmt="%.2f", padding=4, color=theme.ink)
    axes.set(xlabel="mean agreement of two runs (ARI, 1 = the same)", xlim=(0, 1.1))
    axes.grid(visible=False, axis="y")
    return figure
