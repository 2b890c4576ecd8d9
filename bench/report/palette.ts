/** Colours of the plots on a light and on a dark page; people who see few colours tell them apart. */
export interface Palette {
  readonly ink: string;
  readonly soft: string;
  readonly rule: string;
  readonly ours: string;
  readonly others: string;
  readonly goal: string;
  /** Of curves, in their order; the yardstick's is `soft`. */
  readonly curves: readonly string[];
}

export const PALETTES = {
  light: {
    ink: '#1d1c19',
    soft: '#6a665c',
    rule: '#dedad0',
    ours: '#1c6b4c',
    others: '#a8a294',
    goal: '#b3431e',
    curves: ['#1c6b4c', '#b3431e', '#2a62b8', '#8a4fa3', '#a87400'],
  },
  dark: {
    ink: '#eceae4',
    soft: '#a39f94',
    rule: '#3b3933',
    ours: '#5cc296',
    others: '#77736a',
    goal: '#f0865a',
    curves: ['#5cc296', '#f0865a', '#7fb0ff', '#cf9be6', '#e3b341'],
  },
} as const satisfies Readonly<Record<string, Palette>>;

export type Shade = keyof typeof PALETTES;
