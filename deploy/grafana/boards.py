"""What every dashboard has around its panels: variables, links, times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableRefresh,
    VariableSort,
)

from deploy.grafana import feeds, pipeline, stories
from deploy.grafana.panels import HERE, SOURCE, AnyPanel

RUNBOOKS = "https://docs.example.org/tallywire/runbooks"  # where docs/runbooks is published: a variable of each board

Rows = Mapping[str, Iterable[AnyPanel]]


def _board(title: str, says: str | None, rows: Rows, *extra: dashboard.QueryVariable) -> dashboard.Dashboard:
    """A dashboard of rows of panels; `extra` are variables of its own."""
    board = dashboard.Dashboard(f"Tallywire: {title}").uid(f"tallywire-{title}").description(says or "")
    board.tags(["tallywire"]).readonly().timezone("utc").time("now-24h", "now").refresh("30s")
    board.tooltip(DashboardCursorSync.CROSSHAIR)
    board.with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
    job = _choice("job", "Job", "label_values(tallywire_build_info, job)")
    instance = _choice("instance", "Instance", 'label_values(tallywire_build_info{job=~"$job"}, instance)')
    for variable in (job, instance, *extra):
        board.with_variable(variable)
    runbooks = dashboard.TextBoxVariable("runbooks").label("Runbooks").default_value(RUNBOOKS)
    board.with_variable(runbooks.description("where docs/runbooks is published"))
    others = dashboard.DashboardLink("Tallywire").type(DashboardLinkType.DASHBOARDS).tags(["tallywire"])
    board.link(others.as_dropdown(True).include_vars(True).keep_time(True))
    for heading, panels in rows.items():
        board.with_row(dashboard.Row(heading))
        for panel in panels:
            board.with_panel(panel)
    return board


def _choice(name: str, label: str, query: str) -> dashboard.QueryVariable:
    """A variable to choose one, several or all of what a query names."""
    variable = dashboard.QueryVariable(name).label(label).datasource(SOURCE).query(query)
    variable.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC)
    return variable.multi(True).include_all(True).all_value(".+")


def boards() -> dict[str, dashboard.Dashboard]:
    """The three dashboards, by name."""
    alerts = dashboard.AnnotationQuery().name("Alerts").datasource(SOURCE).enable(True).icon_color("orange")
    alerts.expr(f"sum by (kind, severity) (increase(tallywire_alerts_total{{{HERE}}}[1m])) > 0")
    story = _choice("story", "Story", "label_values(tallywire_figure_low, story)")
    return {
        "pipeline": _board("pipeline", pipeline.__doc__, pipeline.ROWS),
        "feeds": _board("feeds", feeds.__doc__, feeds.ROWS),
        "stories": _board("stories", stories.__doc__, stories.ROWS, story).annotation(alerts),
    }
