"""Workers: the stages as Faust agents on Kafka, each with its place in a consumer group."""

from streams.workers.alert import AlertWorker
from streams.workers.assign import AssignWorker
from streams.workers.keyed import KeyedWorker
from streams.workers.worker import Worker

__all__ = ["AlertWorker", "AssignWorker", "KeyedWorker", "Worker"]
