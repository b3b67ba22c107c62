"""Kafka as kafka-python speaks it: the producer of articles, topics made and checked."""
