// Graphs: <div class="chart" data-chart='{"unit": "bit/s", "series": [{"name", "points": [[ms, v]],
// "kind": "in"|"out"}], "limit": {"name", "value"}}'>. A null value is a gap and stays one.
import { LineChart } from "echarts/charts";
import {
  AriaComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ToolboxComponent,
  TooltipComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  LineChart,
  AriaComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ToolboxComponent,
  TooltipComponent,
  CanvasRenderer,
]);

// In and out have the same colours on every page.
const COLOURS = { in: "#1864ab", out: "#2b8a3e", other: "#5f3dc4" };
const PREFIX = ["", "k", "M", "G", "T"];

function withUnit(value, unit) {
  if (value === null || value === undefined) return "—";
  if (unit !== "bit/s") return `${Number(value.toPrecision(3))} ${unit}`;
  let power = 0;
  let left = value;
  while (left >= 999.5 && power < PREFIX.length - 1) {
    left /= 1000;
    power += 1;
  }
  return `${Number(left.toPrecision(3))} ${PREFIX[power]}bit/s`;
}

const clock = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "short",
});

function tooltip(unit) {
  return {
    trigger: "axis",
    renderMode: "richText", // html would set style attributes, which the CSP refuses
    formatter: (points) =>
      [
        clock.format(points[0].value[0]),
        ...points.map((p) => `${p.seriesName}  ${withUnit(p.value[1], unit)}`),
      ].join("\n"),
  };
}

function line(series, limit, first) {
  return {
    type: "line",
    name: series.name,
    data: series.points,
    showSymbol: false,
    connectNulls: false,
    lineStyle: { width: 1.5 },
    areaStyle: series.kind === "in" ? { opacity: 0.12 } : undefined,
    color: COLOURS[series.kind] ?? COLOURS.other,
    markLine:
      first && limit
        ? {
            symbol: "none",
            lineStyle: { color: "#a61c1c" },
            data: [{ yAxis: limit.value, name: limit.name }],
            label: { formatter: limit.name, position: "insideEndTop" },
          }
        : undefined,
  };
}

function options(given) {
  const hours = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", timeStyle: "short" });
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 8, right: 12, top: 32, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, icon: "roundRect", itemHeight: 3 },
    tooltip: tooltip(given.unit),
    dataZoom: [{ type: "inside" }],
    xAxis: { type: "time", axisLabel: { formatter: (at) => hours.format(at), hideOverlap: true } },
    yAxis: {
      type: "value",
      min: 0,
      axisLabel: { formatter: (value) => withUnit(value, given.unit) },
    },
    series: given.series.map((one, index) => line(one, given.limit, index === 0)),
  };
}

// Idempotent: DOMContentLoaded and htmx:load both come here for one element.
function draw(root) {
  const boxes = [...root.querySelectorAll("[data-chart]")];
  if (root.matches?.("[data-chart]")) boxes.push(root);
  for (const box of boxes) {
    const chart = echarts.getInstanceByDom(box) ?? echarts.init(box);
    chart.setOption(options(JSON.parse(box.dataset.chart)), true);
  }
}

document.addEventListener("DOMContentLoaded", () => draw(document));
document.addEventListener("htmx:load", (event) => draw(event.target));
window.addEventListener("resize", () => {
  for (const box of document.querySelectorAll("[data-chart]")) {
    echarts.getInstanceByDom(box)?.resize();
  }
});
