/**
 * One function a kind of value. Each throws an Error that says what is wrong, without the value
 * where it may be a secret.
 */
import { resolve } from 'node:path';
import { parseDurationMs } from '../protocol/duration.ts';
import { controlCharacters } from '../protocol/text.ts';

/** Longer ids are refused by platforms and do not fit into addresses. */
export const MAX_WORKSPACE_ID = 256;
/** A day: timers overflow at 25 days and would then fire at once. */
const MAX_POLL_MS = 86_400_000;
export const MAX_TOKEN = 8_192;

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`must be text, not ${typeof value}`);
  return value.trim();
}

/** Normalised, without a trailing slash; a path is kept. */
export function platformUrl(value: unknown): string {
  const written = text(value);
  if (!/^https?:\/\/[^/]/i.test(written)) throw new Error('must start with http:// or https://');
  // The parser would drop or turn these in silence.
  if (/[\s\\\p{Cc}]/u.test(written))
    throw new Error('must not hold spaces, backslashes or control characters');
  const url = parsedUrl(written);
  if (url.username || url.password || /^[^/]*\/\/[^/?#]*@/.test(written))
    throw new Error('must not hold a user name or password; use APPROVAL_TOKEN');
  if (/[?#]/.test(written)) throw new Error('must not have a query or fragment');
  // Begins where a run of slashes begins: trying from each of them takes seconds for very many.
  return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}`;
}

/** `scheme://host[:port]`, as browsers send it. */
export function origin(value: unknown): string {
  const written = text(value);
  const url = /^https?:\/\//i.test(written) ? parsedUrl(written) : undefined;
  if (url === undefined || `${url.origin}/` !== url.href || /[\s?#]/.test(written))
    throw new Error('must be like https://example.com, without a path');
  return url.origin;
}

/** Where a view of ours is: a port of this machine. What it is told is for nobody else's eyes. */
export function viewUrl(value: unknown): string {
  const written = text(value);
  if (!/^http:\/\/[^/]/i.test(written)) throw new Error('must be like http://127.0.0.1:7357');
  const url = parsedUrl(written);
  if (/[\s\\@?#\p{Cc}]/u.test(written) || `${url.origin}/` !== url.href)
    throw new Error('must be like http://127.0.0.1:7357, with nothing before or behind');
  if (url.hostname !== '127.0.0.1' && url.hostname !== 'localhost')
    throw new Error('must name this machine (127.0.0.1 or localhost): views are nowhere else');
  if (url.port === '0') throw new Error('must name the port of the view');
  return url.origin;
}

function parsedUrl(written: string): URL {
  const url = URL.parse(written);
  if (url === null) throw new Error('is no valid address');
  return url;
}

/** It stands in paths of addresses and in headers. */
export function workspaceId(value: unknown): string {
  const id = text(value);
  if (id === '') throw new Error('is empty; name the workspace that asks');
  if (id.length > MAX_WORKSPACE_ID)
    throw new Error(`is longer than ${MAX_WORKSPACE_ID} characters`);
  const found = controlCharacters(id, 'one line');
  if (found.length > 0) throw new Error(`holds control characters: ${found.join(', ')}`);
  if (!/^[ -~]+$/.test(id))
    throw new Error('holds characters beyond ASCII, which a header cannot carry');
  if (id === '.' || id === '..') throw new Error(`"${id}" means another place in an address`);
  return id;
}

/** Milliseconds. */
export function duration(value: unknown): number {
  const ms =
    typeof value === 'string' || typeof value === 'number' ? parseDurationMs(value) : undefined;
  if (ms === undefined)
    throw new Error(
      'must be a time above 0 and up to ten years: seconds (300), or with a unit (90s, 5m, 2h, 30d)',
    );
  return ms;
}

/** Milliseconds. */
export function pollInterval(value: unknown): number {
  const ms = duration(value);
  if (ms > MAX_POLL_MS) throw new Error('must be at most a day');
  return ms;
}

export function flag(value: unknown): boolean {
  // Not the text of just anything: that of lists in lists may have no end.
  const said = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (said === true || said === 'true' || said === '1') return true;
  if (said === false || said === 'false' || said === '0') return false;
  throw new Error('must be true or false');
}

export function count(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new Error('must be a whole number of at least 1');
}

/** As many as that, and none where it is 0. */
export function limit(value: unknown): number {
  if (value === Infinity) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error('must be a whole number of at least 0, or Infinity');
}

/** A bearer token: what may stand in a header, nothing else. The value is never shown. */
export function token(value: unknown): string {
  const written = text(value);
  if (written.length > MAX_TOKEN) throw new Error(`is longer than ${MAX_TOKEN} characters`);
  if (!/^[\x21-\x7e]*$/.test(written))
    throw new Error(
      'holds characters that no token has (spaces, control characters, or not ASCII)',
    );
  return written;
}

/** Absolute. */
export function path(value: unknown): string {
  const written = text(value);
  if (written.includes('\0')) throw new Error('must not hold a NUL character');
  if (written === '') throw new Error('is empty; name a folder or file, or leave it out');
  return resolve(written);
}

/** Not trimmed: every character of a key counts. */
export function key(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`must be text, not ${typeof value}`);
  return value;
}
