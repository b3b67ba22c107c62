"""The steps of the pipeline, each a pure function of one item, one state and the time."""
