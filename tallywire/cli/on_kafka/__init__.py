"""The commands on Kafka at work: imported when one is called, since they need the extra `kafka`."""
