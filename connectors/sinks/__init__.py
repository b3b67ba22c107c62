"""Where alerts go.  Each module speaks one protocol; `registry` knows them by name."""

from connectors.sinks.registry import KINDS, Kind, Place, Tools, build, reach

__all__ = ["KINDS", "Kind", "Place", "Tools", "build", "reach"]
