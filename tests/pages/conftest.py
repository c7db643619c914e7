"""What takes Streamlit's test driver longest on every visit is done once."""

from __future__ import annotations

from functools import cache

from streamlit.components.v2 import manifest_scanner

# For each new visitor it reads the metadata of every installed package (0.5 s), in search of components: they stay the
# same during the tests.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
