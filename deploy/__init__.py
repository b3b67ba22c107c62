"""What runs Tallywire elsewhere: Prometheus, Grafana and their like."""
