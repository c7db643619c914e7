"""Scores of samples, each beside what a perfect generator would score, and one without skill."""

from gan_core.metrics.floors import NO_SKILL, Range
from gan_core.metrics.points import (
    Collapsed,
    Estimate,
    ModeCoverage,
    collapsed_values,
    default_bins,
    effective_modes,
    expected_high_quality,
    jensen_shannon,
    kl_divergence,
    mode_coverage,
    mode_shares,
    near_modes,
    near_radius,
    reverse_kl_modes,
    share_entropy,
    wasserstein1,
)
from gan_core.metrics.scores import STATISTICS, Scores, Yardstick, scores, yardstick

__all__ = [
    "NO_SKILL",
    "STATISTICS",
    "Collapsed",
    "Estimate",
    "ModeCoverage",
    "Range",
    "Scores",
    "Yardstick",
    "collapsed_values",
    "default_bins",
    "effective_modes",
    "expected_high_quality",
    "jensen_shannon",
    "kl_divergence",
    "mode_coverage",
    "mode_shares",
    "near_modes",
    "near_radius",
    "reverse_kl_modes",
    "scores",
    "share_entropy",
    "wasserstein1",
    "yardstick",
]
