/** What a plot shows, before anything is drawn. */

export interface Chart {
  /** Of the file. */
  readonly name: string;
  /** Key of the section that it belongs to. */
  readonly section: string;
  readonly title: string;
  readonly content: Lines | Bars;
}

/** Curves over a number of something, both axes logarithmic; panels stand side by side. */
export interface Lines {
  readonly kind: 'lines';
  /** What the horizontal axes count. */
  readonly over: string;
  readonly unit: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Bars {
  readonly kind: 'bars';
  readonly unit: string;
  readonly bars: readonly Bar[];
  /** Drawn as a line across. */
  readonly goal?: { readonly bound: number; readonly words: string } | undefined;
}

export interface Bar {
  readonly name: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly isOurs: boolean;
}

/** What is seen, for those who do not see it. */
export function describe({ title, content }: Chart): string {
  const texts =
    content.kind === 'bars'
      ? content.bars.map(({ name, median }) => `${name} ${rounded(median)} ${content.unit}`)
      : content.panels.flatMap((panel) =>
          panel.curves.map(({ name, points }) => `${panel.title}, ${name}: ${pointsText(points)}`),
        );
  const over = content.kind === 'lines' ? `, ${content.unit} over ${content.over}` : '';
  return `${title}${over}. ${texts.join('; ')}.`;
}

const pointsText = (points: Curve['points']): string =>
  points.map(([x, y]) => `${x.toLocaleString('en')} ${rounded(y)}`).join(', ');

const rounded = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: 3 });
