import * as fc from 'fast-check';
import { readSettings } from '../../../../src/settings.ts';
import { codeOf, demand, target } from '../target.ts';
import { garbage, longRun, spoiled } from '../text.ts';

const schemes = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('http://', 'https://', 'HTTP://') },
  { weight: 1, arbitrary: fc.constantFrom('ws://', 'javascript:', 'http:', '') },
);
const users = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('user@', 'user:word@', '@', ':@', '%40') },
);
const HOSTS = [
  ['localhost', 'localhost', 'platform.example', 'a.b-c.example', '127.0.0.1', '[::1]', '[::1'],
  ['PLATFORM.example', '0x7f.1', 'пример.example', '', '.', 'a..b', '%00', 'a b', 'a.', 'xn--a'],
].flat();
const hosts = fc.constantFrom(...HOSTS);
const ports = fc.constantFrom('', '', ':8080', ':80', ':0', ':65536', ':', ':-1', ':8080:1', ':x');
const PATHS = ['', '', '/', '/base', '/base/', '/a//', '/../x', '/%2e%2e/', '/é', '/a;b'];
const paths = fc.constantFrom(...PATHS);
const ends = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('?', '?a=1', '#', '\\', ' ', '\t', '\u0000', '@evil') },
);

const written = fc.tuple(schemes, users, hosts, ports, paths, ends).map((parts) => parts.join(''));

/** The largest variable that an environment can hold. */
const MAX_VARIABLE = 128 * 1024;

const texts = fc.oneof(
  { weight: 300, arbitrary: spoiled(written) },
  { weight: 30, arbitrary: fc.webUrl({ withQueryParameters: true, withFragments: true }) },
  { weight: 30, arbitrary: garbage },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('', 'http://', 'http://a/', 'http://a:1'), longRun(MAX_VARIABLE))
      .map((parts) => parts.join('')),
  },
);

/** Whoever reads the text must see the same host; nothing may be dropped in silence. */
function isAddress(text: string): boolean {
  const address = text.trim();
  const start = /^https?:\/\//i.exec(address)?.[0];
  if (start === undefined || /[\s\\?#\p{Cc}]/u.test(address)) return false;
  const [authority = ''] = address.slice(start.length).split('/');
  return authority !== '' && !authority.includes('@') && URL.canParse(address);
}

const read = (platformUrl: string): string =>
  readSettings({ workspaceId: 'ws', platformUrl }, {}, () => false).platformUrl;

/** A base address that is taken is plain, has the host that was written, and is taken as it is. */
export const addresses = target({
  name: 'addresses',
  inputs: texts,
  parse: read,
  judge: (text, attempt) => {
    if (attempt.threw) {
      demand(codeOf(attempt.error) === 'config', 'wrong code');
      demand(!isAddress(text) || text.length > 2_000, 'refused an address');
      return 'rejected';
    }
    demand(isAddress(text), 'took what is no address');
    const url = new URL(attempt.value);
    demand(url.host === new URL(text.trim()).host, 'has another host');
    demand(
      !/[?#@\s]|\/$/.test(attempt.value.slice(url.origin.length)) || /@/.test(text),
      'not plain',
    );
    demand(read(attempt.value) === attempt.value, 'is not taken as it is');
    return 'accepted';
  },
});

const readOrigin = (origin: string): string | undefined =>
  readSettings({ workspaceId: 'ws', origin }, {}, () => false).origin;

/** An origin is what a browser would send: it goes into a header. */
export const origins = target({
  name: 'origins',
  inputs: texts,
  parse: readOrigin,
  judge: (text, attempt) => {
    if (attempt.threw) {
      demand(codeOf(attempt.error) === 'config', 'wrong code');
      return 'rejected';
    }
    const origin = attempt.value ?? '';
    demand(/^https?:\/\/[!-~]+$/.test(origin) && new URL(origin).origin === origin, 'is no origin');
    demand(new URL(origin).host === new URL(text.trim()).host, 'has another host');
    demand(readOrigin(origin) === origin, 'is not taken as it is');
    return 'accepted';
  },
});
