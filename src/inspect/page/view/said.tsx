import type { JSX } from 'preact';
import { quoted } from '../../../page/summary.ts';

interface SaidProps {
  readonly text: string;
  /** Characters that are shown at most. */
  readonly limit?: number;
}

/** Somebody else's words in a line of ours: every character can be seen, and none turns the line. */
export const Said = ({ text, limit = 300 }: SaidProps): JSX.Element => (
  <bdi class="said">{quoted(text, limit)}</bdi>
);
