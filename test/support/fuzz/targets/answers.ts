import * as fc from 'fast-check';
import { type Answer, createExchange } from '../../../../src/client/exchange.ts';
import { systemEnvironment } from '../../../../src/environment.ts';
import { MAX_ANSWER_BYTES } from '../../../../src/protocol/routes.ts';
import { headersOf, headerTexts } from '../headers.ts';
import { jsonTexts } from '../json-document.ts';
import { codeOf, demand, target } from '../target.ts';
import { bytes, garbage } from '../text.ts';
import { CREATED, ROWS, WORDS } from '../wire-words.ts';
import { parsed } from './rows.ts';

/** Without a port or a path: what is written on to it is another host. */
const BASE = 'http://platform.example';
const TOKEN = 'a-token-that-nobody-may-see';

interface Served {
  readonly path: string;
  readonly status: number;
  readonly chunks: readonly Buffer[];
  readonly age: string | undefined;
}

/** Cut anywhere, in the middle of a character too. */
function cut([body, at]: [Buffer, number]): readonly Buffer[] {
  const middle = at % (body.length + 1);
  return [body.subarray(0, middle), body.subarray(middle)];
}

const TOO_LARGE = Buffer.alloc(MAX_ANSWER_BYTES + 1, ' ');

const bodies = fc.oneof(
  {
    weight: 900,
    arbitrary: fc
      .tuple(jsonTexts([...CREATED, ...ROWS, { error: `no ${TOKEN}` }], WORDS), fc.nat(500))
      .map(([text, at]) => cut([Buffer.from(text), at])),
  },
  { weight: 100, arbitrary: fc.array(bytes, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant([TOO_LARGE]) },
);

const STRANGE_PATHS = [
  ['http://evil.example/', `${BASE}.evil.example/x`, `${BASE}@evil.example/`, `${BASE}:99/x`],
  ['HTTP://PLATFORM.EXAMPLE/x', 'javascript:alert(1)', '//evil.example/', `${BASE}/../x`],
].flat();

const paths = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('workspaces/ws/approvals', `${BASE}/x?after=1`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...STRANGE_PATHS),
  },
  { weight: 1, arbitrary: garbage },
);

const inputs: fc.Arbitrary<Served> = fc.record({
  path: paths,
  status: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(200, 201) },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
  ),
  chunks: bodies,
  age: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: headerTexts('0') },
  ),
});

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

interface Exchanged {
  /** Every address that the token was sent to. */
  readonly asked: readonly string[];
  readonly answer?: Answer;
  readonly error?: unknown;
}

async function exchange({ path, status, chunks, age }: Served): Promise<Exchanged> {
  const asked: string[] = [];
  const serve: typeof globalThis.fetch = (input) => {
    asked.push(input instanceof Request ? input.url : String(input));
    const body = WITHOUT_BODY.has(status) ? null : ReadableStream.from(chunks);
    return Promise.resolve(new Response(body, { status, headers: headersOf({ age }) }));
  };
  const ask = createExchange({
    baseUrl: BASE,
    tokens: { current: () => Promise.resolve(TOKEN), refresh: () => Promise.resolve(false) },
    environment: { ...systemEnvironment, fetch: serve },
    timeoutMs: 10_000,
  });
  try {
    return { asked, answer: await ask({ method: 'GET', path }) };
  } catch (error) {
    return { asked, error };
  }
}

/** What must not be believed, whatever it says. */
function isRefused({ chunks, age, status }: Served): boolean {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const isCached = age !== undefined && !/^0*$/.test(age.trim());
  return isCached || (size > MAX_ANSWER_BYTES && !WITHOUT_BODY.has(status));
}

/** Bytes become an answer or a coded error; the token goes to the platform alone and is not said. */
export const answers = target({
  name: 'HTTP answers',
  inputs,
  parse: exchange,
  judge: (served, attempt) => {
    demand(!attempt.threw, 'the world of this test is broken');
    const { asked, answer, error } = attempt.value;
    demand(
      asked.every((url) => new URL(url).origin === new URL(BASE).origin),
      `asked ${asked.join(' ')}`,
    );
    if (answer === undefined) {
      demand(['transport', 'protocol'].includes(codeOf(error)), 'wrong code');
      demand(!String(error).includes(TOKEN), 'the token is in the message');
      demand(isRefused(served) || asked.length === 0, `refused without need: ${String(error)}`);
      return 'rejected';
    }
    demand(!isRefused(served), 'believed what must not be believed');
    demand(answer.status === served.status, 'another status');
    demandBody(served, answer);
    return 'accepted';
  },
});

/** Node's decoder drops one mark too many where the first character was cut in two. */
const unmarked = (text: string): string => text.replaceAll('\ufeff', '');

function demandBody({ status, chunks }: Served, { text, body }: Answer): void {
  const written = WITHOUT_BODY.has(status) ? '' : new TextDecoder().decode(Buffer.concat(chunks));
  if (status < 300 || !written.includes(TOKEN))
    demand(unmarked(text) === unmarked(written), 'another text');
  else demand(!text.includes(TOKEN), 'the token is in the text of a refusal');
  const again = parsed(text);
  demand((body === undefined) === (again === undefined), 'a body that is none');
  // What is deep can be read, and not be written.
  if (text.length < 2_000) demand(JSON.stringify(body) === JSON.stringify(again), 'another body');
}
