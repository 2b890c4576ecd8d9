/** Bars for echarts, from left to right; their numbers stand in a column beside them. */
import type { EChartsOption } from 'echarts';
import type { Bar, Bars } from './charts.ts';
import type { Palette } from './palette.ts';
import { numberOf } from './wording.ts';

const ROW = 32;
const [TOP, BOTTOM] = [64, 28];
/** A character of 13 px, generously: which letters there are is known only where it is shown. */
const CHARACTER = 7.7;

export const heightOfBars = ({ bars }: Bars): number => TOP + bars.length * ROW + BOTTOM;

export function barsOption({ bars, unit, goal }: Bars, palette: Palette): EChartsOption {
  const names = bars.map(({ name }) => name);
  const numbers = bars.map((bar) => numbersOf(bar, unit));
  return {
    grid: { left: widthOf(names), right: widthOf(numbers), top: TOP, bottom: BOTTOM },
    xAxis: {
      type: 'value',
      axisLabel: { color: palette.soft, formatter: (value: number) => numberOf(value) },
      splitLine: { lineStyle: { color: palette.rule } },
      // So that the goal is always to be seen.
      max: ({ max }) => niceAbove(Math.max(max, goal?.bound ?? 0)),
    },
    yAxis: [
      { ...columnOf(names, palette), position: 'left' },
      { ...columnOf(numbers, palette), position: 'right', axisLine: { show: false } },
    ],
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
        ...(goal === undefined ? {} : { markLine: goalLine(goal, palette) }),
      },
    ],
  };
}

function numbersOf({ median, low, high }: Bar, unit: string): string {
  const spread = low === high ? '' : `  (${numberOf(low)}–${numberOf(high)})`;
  return `${numberOf(median)} ${unit}${spread}`;
}

const widthOf = (texts: readonly string[]): number =>
  Math.ceil(Math.max(...texts.map(({ length }) => length)) * CHARACTER) + 10;

const columnOf = (data: string[], { ink, soft }: Palette) => ({
  type: 'category' as const,
  inverse: true,
  data,
  axisLabel: { color: ink, fontSize: 13, interval: 0 },
  axisTick: { show: false },
  axisLine: { lineStyle: { color: soft } },
});

/** One digit and zeros, or a half more. */
function niceAbove(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value)) / 2;
  return Math.ceil(value / step) * step;
}

const goalLine = ({ bound, words }: NonNullable<Bars['goal']>, { goal }: Palette) => ({
  silent: true,
  symbol: 'none',
  data: [{ xAxis: bound }],
  lineStyle: { color: goal, type: 'dashed' as const, width: 1.5 },
  // The start of the line is at the top, because the axis of the names runs down.
  label: { formatter: words, color: goal, position: 'start' as const },
});
