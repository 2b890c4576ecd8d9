/** What the server was told to serve: which `Host` and which `Origin` are its own. */
import { CountersignError } from '../errors.ts';
import { isLoopback } from '../protocol/loopback.ts';

export interface Served {
  /** The address of the listener, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Only this machine can reach the listener. */
  readonly loopback: boolean;
  /**
   * Requesters may be anonymous: the listener and every origin are of this machine alone. Behind a
   * proxy the loopback address is everybody's.
   */
  readonly anonymous: boolean;
  /** Values of `Host`, lower case, with the port where it is not the scheme's own. */
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  /** The origin that people reach this `Host` by (a proxy may speak https for us). */
  originOf(host: string | undefined): string;
}

/**
 * @param host the address listened on
 * @param port the port listened on, 0 to 65535
 * @param origins more origins that lead here (a proxy's), as `https://approvals.example.com`
 * @throws CountersignError `config`, naming what is no host, port or origin
 */
export function servedAt(host: string, port: number, origins: readonly string[]): Served {
  const loopback = isLoopback(host);
  const names = loopback ? [host, 'localhost', '127.0.0.1', '[::1]'] : [host];
  refuseBadPort(port);
  const own = names.map((name) => addressOf(name, port));
  const more = origins.map(parsedOrigin);
  const addresses = [...own, ...more];
  const url = addressOf(host, port).origin;
  return {
    url,
    port,
    loopback,
    anonymous: loopback && more.every(({ hostname }) => isLoopback(hostname)),
    hosts: new Set(addresses.map((address) => address.host)),
    origins: new Set(addresses.map((address) => address.origin)),
    originOf: (name) =>
      addresses.toReversed().find((address) => address.host === name?.toLowerCase())?.origin ?? url,
  };
}

const bracketed = (host: string): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;

function refuseBadPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new CountersignError(
    'config',
    `the port must be a whole number from 0 to 65535, not ${port}`,
  );
}

/** @throws CountersignError `config`, naming the host */
function addressOf(host: string, port: number): URL {
  const url = URL.parse(`http://${bracketed(host)}:${port}`);
  if (url !== null && url.href === `${url.origin}/`) return url;
  throw new CountersignError(
    'config',
    `the host ${JSON.stringify(host)} is none; write an address as 127.0.0.1, or a name`,
  );
}

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
