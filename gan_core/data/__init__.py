"""Real data: points of the plane with known densities, uploaded tables, and images of digits and clothes."""

from gan_core.data.distributions import DISTRIBUTIONS, Distribution, distribution
from gan_core.data.images import DataUnavailable, load_images
from gan_core.data.points import PointsError, parse_points, points_digest

__all__ = [
    "DISTRIBUTIONS",
    "DataUnavailable",
    "Distribution",
    "PointsError",
    "distribution",
    "load_images",
    "parse_points",
    "points_digest",
]
