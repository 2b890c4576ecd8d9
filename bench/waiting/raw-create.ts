/** The POST alone: with Node's own client, and as Countersign sends it. */
import { Agent, request } from 'node:http';
import { systemEnvironment } from 'countersign';
import ky from 'ky';
import { z } from 'zod';

/** Resolves with the id. */
export type Create = (url: string, body: string) => Promise<string>;

const createdSchema = z.object({ approval_id: z.string() });
const idOf = (text: string): string => createdSchema.parse(JSON.parse(text)).approval_id;
const JSON_TYPE = { 'content-type': 'application/json' };

/** `node:http`, and nothing else. */
export function nodeCreate(): Create {
  const agent = new Agent({ keepAlive: true });
  return (url, body) =>
    new Promise((resolve, reject) => {
      const headers = { ...JSON_TYPE, 'content-length': Buffer.byteLength(body) };
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => resolve(idOf(text)));
      });
      sent.once('error', reject);
      sent.end(body);
    });
}

/** ky over the same `fetch` and with the same options as in the product. */
export function kyCreate(): Create {
  const http = ky.create({
    throwHttpErrors: false,
    retry: 0,
    timeout: false,
    redirect: 'manual',
    cache: 'no-store',
    headers: { accept: 'application/json', 'cache-control': 'no-store' },
  });
  return async (url, body) => {
    const fetch = (input: string | URL | Request): Promise<Response> =>
      systemEnvironment.fetch(input, { body });
    const response = await http(url, { method: 'POST', fetch, headers: JSON_TYPE });
    return idOf(await response.text());
  };
}
