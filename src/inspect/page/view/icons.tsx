import type { JSX } from 'preact';

const PATHS = {
  first: 'M4 3v10M13 3 6.5 8 13 13z',
  back: 'M11.5 3 5 8l6.5 5z',
  play: 'M5 3l7.5 5L5 13z',
  pause: 'M5.5 3v10M10.5 3v10',
  next: 'M4.5 3 11 8l-6.5 5z',
  close: 'M4 4l8 8M12 4l-8 8',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { readonly name: IconName }): JSX.Element => (
  <svg class={`icon ${name}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);
