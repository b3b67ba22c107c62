"""The pipeline: operators, the topology that joins them, and the runners that drive it."""
