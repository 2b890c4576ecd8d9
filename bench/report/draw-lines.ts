/** Curves for echarts. */
import type { EChartsOption } from 'echarts';
import type { Lines } from './charts.ts';
import type { Palette } from './palette.ts';
import { numberOf } from './wording.ts';

export const HEIGHT_OF_LINES = 360;

const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'];

export function linesOption({ panels, over, unit }: Lines, palette: Palette): EChartsOption {
  const names = new Set(panels.flatMap(({ curves }) => curves.map(({ name }) => name)));
  const order = [...names];
  const share = 100 / panels.length;
  const all = panels.flatMap(({ curves }) => curves.flatMap(({ points }) => points));
  const ys = all.map(([, y]) => y);
  const range = { min: decadeBelow(Math.min(...ys)), max: decadeAbove(Math.max(...ys)) };
  return {
    legend: {
      data: order,
      bottom: 0,
      left: 0,
      icon: 'roundRect',
      itemHeight: 4,
      textStyle: { color: palette.ink },
    },
    grid: panels.map((_, index) => ({
      left: `${index * share + 6}%`,
      width: `${share - 8}%`,
      top: 66,
      bottom: 78,
    })),
    xAxis: panels.map((_, gridIndex) => ({
      ...axis(palette),
      gridIndex,
      name: over,
      nameLocation: 'middle',
      nameGap: 28,
    })),
    yAxis: panels.map(({ title }, gridIndex) => ({
      ...axis(palette),
      ...range,
      gridIndex,
      name: `${title}, ${unit}`,
      nameLocation: 'end',
      nameTextStyle: { color: palette.soft, align: 'left', padding: [0, 0, 0, -30] },
    })),
    series: panels.flatMap(({ curves }, index) =>
      curves.map(({ name, points }) => ({
        type: 'line' as const,
        name,
        data: points.toSorted(([a], [b]) => a - b).map(([x, y]) => [x, y]),
        xAxisIndex: index,
        yAxisIndex: index,
        silent: true,
        emphasis: { disabled: true },
        symbol: SYMBOLS[order.indexOf(name) % SYMBOLS.length] ?? 'circle',
        symbolSize: 7,
        lineStyle: { width: 2, type: name === 'raw' ? 'dashed' : 'solid' },
        color: palette.curves[order.indexOf(name) % palette.curves.length] ?? palette.ink,
      })),
    ),
  };
}

const axis = ({ soft, rule }: Palette) => ({
  type: 'log' as const,
  axisLine: { lineStyle: { color: soft } },
  axisTick: { show: false },
  axisLabel: { color: soft, formatter: (value: number) => numberOf(value) },
  nameTextStyle: { color: soft },
  splitLine: { lineStyle: { color: rule } },
});

const decadeBelow = (value: number): number => 10 ** Math.floor(Math.log10(value));
const decadeAbove = (value: number): number => 10 ** Math.ceil(Math.log10(value));
