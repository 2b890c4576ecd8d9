/** What the server was told to serve: which `Host` and which `Origin` are its own. */
import { CountersignError } from '../errors.ts';

export interface Served {
  /** The address of the listener, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Only this machine can reach it, so that requesters may be anonymous. */
  readonly loopback: boolean;
  /** Values of `Host`, lower case, with the port where it is not the scheme's own. */
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  /** The origin that people reach this `Host` by (a proxy may speak https for us). */
  originOf(host: string | undefined): string;
}

/**
 * @param host the address listened on
 * @param port the port listened on
 * @param origins more origins that lead here (a proxy's), as `https://approvals.example.com`
 */
export function servedAt(host: string, port: number, origins: readonly string[]): Served {
  const loopback = isLoopback(host);
  const names = loopback ? [host, 'localhost', '127.0.0.1', '[::1]'] : [host];
  const own = names.map((name) => new URL(`http://${bracketed(name)}:${port}`));
  const more = origins.map(parsedOrigin);
  const addresses = [...own, ...more];
  const url = new URL(`http://${bracketed(host)}:${port}`).origin;
  return {
    url,
    port,
    loopback,
    hosts: new Set(addresses.map((address) => address.host)),
    origins: new Set(addresses.map((address) => address.origin)),
    originOf: (name) =>
      addresses.toReversed().find((address) => address.host === name?.toLowerCase())?.origin ?? url,
  };
}

/** True for the names and addresses that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

const bracketed = (host: string): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;

/** @throws CountersignError `config`, naming the origin */
function parsedOrigin(origin: string): URL {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`)
    return url;
  throw new CountersignError(
    'config',
    `the origin ${JSON.stringify(origin)} is none; write it as https://approvals.example.com`,
  );
}
