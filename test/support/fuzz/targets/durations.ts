import * as fc from 'fast-check';
import { parseDurationMs } from '../../../../src/protocol/duration.ts';
import { demand, returned, target } from '../target.ts';
import { garbage, longRun, spoiled } from '../text.ts';

const numbers = fc.oneof(
  fc.nat(400).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 25n }).map(String),
  fc.double({ noNaN: true }).map(String),
  fc.tuple(fc.nat(9_999), fc.nat(99_999)).map((parts) => parts.join('.')),
  fc.constantFrom('0', '0.0005', '0.0004', '00', '1.', '.5', '3650', '3650.0000001', '315360000'),
  fc.constantFrom('٣', '1e3', '-1', '+1', '0x10', '1_000', '1,5', 'Infinity', 'NaN'),
);

const inputs: fc.Arbitrary<string | number> = fc.oneof(
  {
    weight: 200,
    arbitrary: spoiled(
      fc
        .tuple(numbers, fc.constantFrom('', 'ms', 's', 'm', 'h', 'd', 'M', 'D', 'w', ' s', 'µs'))
        .map((parts) => parts.join('')),
    ),
  },
  { weight: 40, arbitrary: fc.oneof(fc.double(), fc.integer(), fc.nat(2 ** 45)) },
  { weight: 20, arbitrary: garbage },
  { weight: 1, arbitrary: longRun(128 * 1024).map((run) => `1${run}`) },
);

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ms', 1n],
  ['s', 1_000n],
  ['', 1_000n],
  ['m', 60_000n],
  ['h', 3_600_000n],
  ['d', 86_400_000n],
]);

/** Ten years, in thousandths of a millisecond. */
const MOST = 3_650n * 86_400_000n * 1_000n;

/** In thousandths of a millisecond, exactly; `undefined` for what is no number with a unit. */
function exactly(value: string | number): bigint | undefined {
  const text = String(value).trim();
  const end = text.length - (/[^0-9]*$/.exec(text)?.[0].length ?? 0);
  const unit = UNITS.get(text.slice(end));
  const [whole = '', fraction, ...more] = text.slice(0, end).split('.');
  const isNumber = [whole, fraction ?? '0'].every(isDigits) && more.length === 0;
  if (unit === undefined || !isNumber) return undefined;
  const digits = fraction ?? '';
  return (BigInt(whole + digits) * unit * 1_000n) / 10n ** BigInt(digits.length);
}

const isDigits = (text: string): boolean => /^[0-9]+$/.test(text);

/** Taken is what is a time above 0 and up to ten years, to the millisecond; nothing else. */
export const durations = target({
  name: 'durations',
  inputs,
  parse: parseDurationMs,
  judge: (value, attempt) => {
    const ms = returned(attempt);
    const exact = exactly(value);
    if (ms === undefined) {
      demand(exact === undefined || exact <= 500n || exact >= MOST, `${value} was refused`);
      return 'rejected';
    }
    demand(Number.isSafeInteger(ms) && ms >= 1, `${ms} is no number of milliseconds`);
    demand(exact !== undefined, `${value} is no time`);
    demand(exact >= 499n && exact <= MOST + 500n, `${value} is out of bounds`);
    const off = BigInt(ms) * 1_000n - exact;
    demand(off >= -501n && off <= 501n, `${ms} is not ${value}`);
    return 'accepted';
  },
});
