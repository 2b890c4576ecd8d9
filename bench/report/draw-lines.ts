/** Curves for echarts. */
import type { EChartsOption } from 'echarts';
import type { Curve, Lines, Panel } from './charts.ts';
import type { Palette } from './palette.ts';
import { numberOf } from './wording.ts';

export const HEIGHT_OF_LINES = 360;

/** What the others are measured against: dashed, and in no colour. */
const YARDSTICK = 'raw';

/** Told apart without colours too. */
const SYMBOLS = [
  { symbol: 'circle' },
  { symbol: 'rect' },
  { symbol: 'triangle' },
  { symbol: 'diamond' },
  { symbol: 'triangle', symbolRotate: 180 },
  { symbol: 'emptyCircle' },
];

export function linesOption(lines: Lines, palette: Palette): EChartsOption {
  const { panels } = lines;
  const names = [...new Set(panels.flatMap(({ curves }) => curves.map(({ name }) => name)))];
  return {
    legend: {
      data: names,
      bottom: 0,
      left: 0,
      itemGap: 26,
      itemHeight: 8,
      textStyle: { color: palette.ink },
    },
    grid: panels.map((_, index) => gridOf(index, panels.length)),
    ...axesOf(lines, palette),
    series: panels.flatMap(({ curves }, panel) =>
      curves.map((curve) => ({
        ...lineOf(curve, names.indexOf(curve.name), palette),
        xAxisIndex: panel,
        yAxisIndex: panel,
      })),
    ),
  };
}

const gridOf = (index: number, count: number) => ({
  left: `${(index * 100) / count + 7}%`,
  width: `${100 / count - 8}%`,
  top: 66,
  bottom: 78,
});

/** All panels from the same power of ten to the same. */
function axesOf({ panels, over, unit }: Lines, palette: Palette) {
  const ys = panels.flatMap(valuesIn).map(Math.log10);
  const min = 10 ** Math.floor(Math.min(...ys));
  const max = 10 ** Math.ceil(Math.max(...ys));
  const nameTextStyle = { color: palette.soft };
  return {
    xAxis: panels.map((_, gridIndex) => ({
      ...axisOf(palette),
      gridIndex,
      name: over,
      nameLocation: 'middle' as const,
      nameGap: 28,
      nameTextStyle,
    })),
    yAxis: panels.map(({ title }, gridIndex) => ({
      ...axisOf(palette),
      gridIndex,
      min,
      max,
      name: `${title}, ${unit}`,
      nameTextStyle,
    })),
  };
}

const valuesIn = ({ curves }: Panel): number[] =>
  curves.flatMap(({ points }) => points.map(([, y]) => y));

const axisOf = ({ soft, rule }: Palette) => ({
  type: 'log' as const,
  axisLine: { lineStyle: { color: soft } },
  axisTick: { show: false },
  axisLabel: { color: soft, formatter: (value: number) => numberOf(value) },
  splitLine: { lineStyle: { color: rule } },
});

function lineOf({ name, points }: Curve, place: number, { curves, soft }: Palette) {
  const isYardstick = name === YARDSTICK;
  const colour = curves[place % curves.length] ?? soft;
  return {
    type: 'line' as const,
    name,
    silent: true,
    emphasis: { disabled: true },
    data: points.toSorted(([a], [b]) => a - b).map(([x, y]) => [x, y]),
    ...SYMBOLS[place % SYMBOLS.length],
    symbolSize: 8,
    lineStyle: { width: 2, type: isYardstick ? ('dashed' as const) : ('solid' as const) },
    color: isYardstick ? soft : colour,
  };
}
