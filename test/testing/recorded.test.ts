import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createFakePlatform, type FakePlatform } from '../../src/testing/index.ts';
import { refusedUpgrade } from '../support/live-client.ts';
import {
  RECORDED_WORKSPACE,
  type RecordedFrame,
  type RecordedHttp,
  type RecordedUpgrade,
  recordings,
} from '../support/recorded.ts';

const TOKEN = 'workspace-token';
const ORIGIN = 'http://canvas.example';
const ALL_HEADERS = { authorization: `Bearer ${TOKEN}`, origin: ORIGIN };

/** What was missing or wrong in a request, by the name of its line. */
const HEADERS_OF: Record<string, Record<string, string>> = {
  'no token': {},
  'wrong token': { authorization: 'Bearer wrong' },
  'ws without origin': { authorization: `Bearer ${TOKEN}` },
  'ws wrong token': { ...ALL_HEADERS, authorization: 'Bearer wrong' },
  'ws no token': { origin: ORIGIN },
};
const headersOf = (name: string) => HEADERS_OF[name] ?? ALL_HEADERS;

const TEN_MINUTES_MS = 10 * 60_000;
/** The recorded row that expired was made older than it was. */
const MADE_OLDER = 'create, to expire';

/** One replay in the order of the file: each line builds on the ones before. */
let clockMs = Date.parse('2026-11-22T16:09:58Z');
let platform: FakePlatform;
let live: WebSocket;
const frames: string[] = [];
/** Recorded approval id → the fake's. */
const ids = new Map<string, string>();

beforeAll(async () => {
  platform = await createFakePlatform({
    requireToken: TOKEN,
    requireOrigin: ORIGIN,
    now: () => clockMs,
  });
  live = new WebSocket(`${platform.url.replace('http', 'ws')}/ws`, { headers: ALL_HEADERS });
  live.on('message', (data: Buffer) => frames.push(data.toString('utf8')));
  await platform.waitForSockets(1);
});
afterAll(async () => {
  live.terminate();
  await platform.close();
});

it('has every recorded line', () => {
  expect(recordings).toHaveLength(25);
});

for (const line of recordings) {
  it(`replays the ${line.kind} line "${line.name}"`, async () => {
    if (line.kind === 'http') await replayHttp(line);
    else if (line.kind === 'frame') await replayFrame(line);
    else await replayUpgrade(line);
  });
}

async function replayHttp({ name, request, response }: RecordedHttp): Promise<void> {
  const back = name === MADE_OLDER ? TEN_MINUTES_MS + 1_000 : -500;
  clockMs -= back;
  const answer = await fetch(
    `${platform.url}${ours(request.path).replace('{ws}', RECORDED_WORKSPACE)}`,
    {
      method: request.method,
      headers: headersOf(name),
      body: bodyOf(request.body),
    },
  );
  const text = await answer.text();
  if (name === MADE_OLDER) clockMs += back;
  keepId(response.body, text);
  expect(answer.status).toBe(response.status);
  for (const [header, value] of Object.entries(response.headers))
    expect(shapeOfHeader(answer.headers.get(header)), header).toBe(shapeOfHeader(value));
  const recorded = response.body;
  expect(shape(text)).toBe(
    shape(ours(typeof recorded === 'string' ? recorded : JSON.stringify(recorded))),
  );
}

async function replayFrame({ raw }: RecordedFrame): Promise<void> {
  const frame = await vi.waitUntil(() => frames.shift());
  expect(shape(frame)).toBe(shape(ours(raw)));
}

async function replayUpgrade({ name, status }: RecordedUpgrade): Promise<void> {
  expect(await refusedUpgrade(platform.url, headersOf(name))).toBe(status);
}

it('sends no frame that was not recorded', () => {
  expect(frames).toEqual([]);
});

const bodyOf = (body: RecordedHttp['request']['body']): string | null =>
  typeof body === 'string' || body === null ? body : JSON.stringify(body);

/** The recorded text with the ids of this replay. */
function ours(recorded: string): string {
  let text = recorded;
  for (const [theirs, mine] of ids) text = text.replaceAll(theirs, mine);
  return text;
}

function keepId(recorded: unknown, text: string): void {
  const theirs = /"approval_id":"([^"]+)"/.exec(JSON.stringify(recorded))?.[1];
  const mine = /"approval_id":"([^"]+)"/.exec(text)?.[1];
  if (theirs !== undefined && mine !== undefined && !ids.has(theirs)) ids.set(theirs, mine);
}

/** The text, field for field and in order, with its times as patterns only. */
const shape = (text: string): string =>
  text
    .replace(
      /("(?:created_at|decided_at)":)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z"/g,
      '$1"<us>"',
    )
    .replace(/("timestamp":)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z"/g, '$1"<ns>"');

const shapeOfHeader = (value: string | null): string | null =>
  value?.replace(/^\d+$/, '<n>') ?? null;
