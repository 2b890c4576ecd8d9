/** Who is measured, with how many waiting, and how often. */
import type { Subject } from './messages.ts';

export type Variant = 'raw' | 'raw with ky' | 'memory' | 'disk' | 'journal' | 'inspect' | 'default';

const COUNTERSIGN: Subject = {
  client: 'countersign',
  audit: 'memory',
  journal: false,
  inspect: false,
  transport: 'live',
};

export const SUBJECTS: Readonly<Record<Variant, Subject>> = {
  raw: { ...COUNTERSIGN, client: 'raw' },
  'raw with ky': { ...COUNTERSIGN, client: 'raw-ky' },
  /** The audit into memory. */
  memory: COUNTERSIGN,
  disk: { ...COUNTERSIGN, audit: 'disk' },
  journal: { ...COUNTERSIGN, journal: true },
  inspect: { ...COUNTERSIGN, inspect: true },
  /** What one gets who sets nothing: audit and journal on disk. */
  default: { ...COUNTERSIGN, audit: 'disk', journal: true },
};

export interface Case {
  readonly waiting: number;
  readonly variants: readonly Variant[];
  /** Measured as yardsticks, and told nothing of. */
  readonly beside?: readonly Variant[];
  readonly repeats: number;
  /** Decided one by one. */
  readonly paced: number;
}

const POST: readonly Variant[] = ['raw with ky'];
const EACH: readonly Variant[] = ['raw', 'memory', 'default'];
const ON_AND_OFF: readonly Variant[] = ['journal', 'inspect', 'default'];
const ALL: readonly Variant[] = ['raw', 'memory', 'disk', ...ON_AND_OFF];

export const FULL: readonly Case[] = [
  { waiting: 1, variants: ALL, repeats: 2, paced: 100 },
  { waiting: 100, variants: ALL, repeats: 2, paced: 300 },
  { waiting: 10_000, variants: ['raw', 'memory', 'disk'], beside: POST, repeats: 3, paced: 600 },
  { waiting: 10_000, variants: ON_AND_OFF, beside: ['raw'], repeats: 1, paced: 600 },
  { waiting: 100_000, variants: ['raw', 'memory'], repeats: 1, paced: 1_000 },
];

/** What {@link FULL} leaves out: it takes longer than all the rest. */
export const HUNDRED_THOUSAND: readonly Case[] = [
  {
    waiting: 100_000,
    variants: ['disk', ...ON_AND_OFF],
    beside: ['raw'],
    repeats: 1,
    paced: 1_000,
  },
];

export const QUICK: readonly Case[] = [
  { waiting: 1, variants: ['raw', 'memory'], repeats: 1, paced: 50 },
  { waiting: 100, variants: EACH, repeats: 1, paced: 100 },
  { waiting: 10_000, variants: ['raw', 'memory'], beside: POST, repeats: 1, paced: 300 },
];
