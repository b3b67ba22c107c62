"""The Grafana dashboards as code; `python -m deploy.grafana` writes them into `dashboards/`."""
