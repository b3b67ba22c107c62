"""Workers: the stages as Faust agents on Kafka, each with its place in a consumer group."""

from streams.kafka.workers.alert import AlertWorker
from streams.kafka.workers.assign import AssignWorker
from streams.kafka.workers.keyed import KeyedWorker
from streams.kafka.workers.worker import Worker

__all__ = ["AlertWorker", "AssignWorker", "KeyedWorker", "Worker"]
