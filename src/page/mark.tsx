import type { JSX } from 'preact';

/** The sign of the house: a countersignature. */
export const Mark = (): JSX.Element => (
  <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M8 17.5 13.2 23 24 9.5" />
  </svg>
);
