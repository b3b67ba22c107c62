"""The pipeline over Kafka: what a partition does, the workers that own them, articles in, alerts out, the archive."""
