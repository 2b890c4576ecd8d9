/** Bars for echarts, from left to right, each with its number and its spread. */
import type { EChartsOption } from 'echarts';
import type { Bars } from './charts.ts';
import type { Palette } from './palette.ts';
import { numberOf } from './wording.ts';

const ROW = 34;
const AROUND = 86;

export const heightOfBars = ({ bars }: Bars): number => bars.length * ROW + AROUND;

export function barsOption({ bars, unit, goal }: Bars, palette: Palette): EChartsOption {
  const most = Math.max(...bars.map(({ high }) => high), goal?.bound ?? 0);
  return {
    grid: { left: 0, right: 24, top: 56, bottom: 24, containLabel: true },
    xAxis: {
      type: 'value',
      max: most * 1.15,
      axisLabel: {
        color: palette.soft,
        showMaxLabel: false,
        formatter: (x: number) => numberOf(x),
      },
      splitLine: { lineStyle: { color: palette.rule } },
      name: unit,
      nameLocation: 'end',
      nameTextStyle: { color: palette.soft },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => name),
      axisLabel: { color: palette.ink, fontSize: 13 },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.soft } },
    },
    series: [
      {
        type: 'bar',
        silent: true,
        emphasis: { disabled: true },
        barWidth: 18,
        data: bars.map(({ median, isOurs }) => ({
          value: median,
          itemStyle: { color: isOurs ? palette.ours : palette.others },
        })),
        label: {
          show: true,
          position: 'right',
          color: palette.ink,
          formatter: labelOf(bars, unit),
        },
        ...(goal === undefined ? {} : { markLine: goalLine(goal, palette) }),
      },
    ],
  };
}

const labelOf =
  (bars: Bars['bars'], unit: string) =>
  ({ dataIndex }: { dataIndex: number }): string => {
    const bar = bars[dataIndex];
    if (bar === undefined) return '';
    const spread = bar.low === bar.high ? '' : `  (${numberOf(bar.low)}–${numberOf(bar.high)})`;
    return `${numberOf(bar.median)} ${unit}${spread}`;
  };

const goalLine = ({ bound, words }: NonNullable<Bars['goal']>, { goal }: Palette) => ({
  silent: true,
  symbol: 'none',
  lineStyle: { color: goal, type: 'dashed' as const, width: 1.5 },
  label: { formatter: words, color: goal, position: 'end' as const, distance: 6 },
  data: [{ xAxis: bound }],
});
