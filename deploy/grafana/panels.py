"""The panels that the dashboards are made of.

Every one says in its description what it shows, has a unit, and leads to the runbook of what it may raise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    LegendDisplayMode,
    LegendPlacement,
    LineInterpolation,
    StackingMode,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
HERE = 'job=~"$job", instance=~"$instance"'  # the monitors that the reader of a board has chosen
ALL = 24  # columns of a dashboard

Panel = TypeVar("Panel", timeseries.Panel, stat.Panel, table.Panel)
AnyPanel = Builder[model.Panel]


class Query(NamedTuple):
    """One expression, and what its series are called in the legend."""

    expr: str
    legend: str = "__auto"
    exemplars: bool = False  #: marks single alerts on the line


def number(
    title: str,
    says: str,
    unit: str,
    expr: str,
    *,
    limits: tuple[float, float] | None = None,
    runbook: str = "",
) -> stat.Panel:
    """One number: green, from the first limit on orange, from the second on red."""
    panel = stat.Panel().graph_mode(BigValueGraphMode.AREA).span(4).height(4)
    panel.thresholds(_thresholds(limits)).reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return _finished(panel, title, says, unit, [_ranged(Query(expr), 0)], runbook)


def lines(
    title: str,
    says: str,
    unit: str,
    *queries: Query,
    runbook: str = "",
    stacked: bool = False,
    stepped: bool = False,
    span: int = 8,
) -> timeseries.Panel:
    """Series over time; `stepped` holds each value until the next."""
    legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    panel = timeseries.Panel().span(span).height(8).line_width(1).axis_soft_min(0)
    panel.legend(legend.show_legend(True)).tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    if stacked:
        panel.fill_opacity(20).stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    if stepped:
        panel.line_width(2).line_interpolation(LineInterpolation.STEP_AFTER)
    targets = [_ranged(query, place) for place, query in enumerate(queries)]
    return _finished(panel, title, says, unit, targets, runbook)


class Column(NamedTuple):
    """One column of a table: its heading, its value, its unit."""

    heading: str
    expr: str
    unit: str
    limits: tuple[float, float] | None = None


def rows(
    title: str,
    says: str,
    by: Sequence[str],
    columns: Sequence[Column],
    *,
    worst: str,
    runbook: str = "",
    height: int = 12,
) -> table.Panel:
    """A table with a row for each value of the labels `by`, the greatest of the column `worst` first."""
    panel = table.Panel().span(ALL).height(height)
    panel.sort_by([common.TableSortByFieldState().display_name(worst).desc(True)])
    panel.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    names = {f"Value #{_ref(place)}": column.heading for place, column in enumerate(columns)}
    kept = {"include": {"names": [*by, *names]}}
    panel.with_transformation(DataTransformerConfig(id_val="filterFieldsByName", options=kept))
    renamed = {"renameByName": names}
    panel.with_transformation(DataTransformerConfig(id_val="organize", options=renamed))
    for column in columns:
        panel.override_by_name(column.heading, _look(column))
    targets = [_instant(Query(column.expr), place) for place, column in enumerate(columns)]
    return _finished(panel, title, says, "short", targets, runbook)


def _look(column: Column) -> list[DynamicConfigValue]:
    look = [DynamicConfigValue(id_val="unit", value=column.unit)]
    if column.limits is not None:
        look.append(DynamicConfigValue(id_val="thresholds", value=_thresholds(column.limits).build()))
        look.append(DynamicConfigValue(id_val="custom.cellOptions", value={"type": "color-text"}))
    return look


def _thresholds(limits: tuple[float, float] | None) -> dashboard.ThresholdsConfig:
    steps = [Threshold(value=None, color="green")]
    if limits is not None:
        steps += [Threshold(value=limits[0], color="orange"), Threshold(value=limits[1], color="red")]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _ref(place: int) -> str:
    return chr(ord("A") + place)


def _ranged(query: Query, place: int) -> prometheus.Dataquery:
    made = prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(_ref(place))
    return made.datasource(SOURCE).exemplar(query.exemplars).range()


def _instant(query: Query, place: int) -> prometheus.Dataquery:
    made = prometheus.Dataquery().expr(query.expr).ref_id(_ref(place)).datasource(SOURCE)
    return made.format(PromQueryFormat.TABLE).instant()


def _finished(panel: Panel, title: str, says: str, unit: str, targets: list[Any], runbook: str) -> Panel:
    """What every panel has: title, description, unit, source, queries, and the way to its runbook."""
    panel.title(title).description(says).unit(unit).datasource(SOURCE).targets(targets)
    link = dashboard.DashboardLink(f"Runbook: {runbook}" if runbook else "Runbooks").type(
        DashboardLinkType.LINK
    )
    panel.links([link.url(f"${{runbooks}}/{runbook or 'README'}.md").target_blank(True)])
    return panel
