import type { ProcessRow } from '../../wire.ts';
import type { Link } from './link.ts';
import { countText, processName } from './words.ts';

/** What a reader must know before he believes what he sees. */
export function noticesOf(link: Link, processes: readonly ProcessRow[]): string[] {
  const dropped = processes.filter((process) => process.dropped > 0);
  return [...linkNotice(link), ...dropped.map(droppedNotice)];
}

function linkNotice(link: Link): string[] {
  if (link.at !== 'lost') return [];
  return [
    'Not connected: “countersign inspect” does not answer. What you see is old. Trying again…',
  ];
}

const droppedNotice = (process: ProcessRow): string =>
  `${processName(process)} could not send everything: ${countText(process.dropped, 'event was', 'events were')} dropped. Its timelines have holes.`;
