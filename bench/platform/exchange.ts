/** HTTP exchanges that cost the asking process as little as Node can: `node:http`, kept alive. */
import { Agent, type IncomingMessage, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Exchange {
  get(path: string): Promise<Answer>;
  /** @throws Error where the answer is no success */
  post(path: string, body: object): Promise<Answer>;
  close(): void;
}

/** @param token of an approver; anonymous when absent */
export function exchangeWith(url: string, inFlight: number, token?: string): Exchange {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const { hostname, port } = new URL(url);
  const credentials = token === undefined ? {} : { authorization: `Bearer ${token}` };

  const send = (method: string, path: string, body: string, headers: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const options = { agent, hostname, port, method, path };
      const sent = request({ ...options, headers: { ...credentials, ...headers } }, (response) =>
        resolve(answerFrom(response)),
      );
      sent.on('error', reject);
      sent.end(body);
    });

  return {
    get: (path) => send('GET', path, '', {}),
    post: async (path, body) => {
      const text = JSON.stringify(body);
      const length = Buffer.byteLength(text);
      const headers = { 'content-type': 'application/json', 'content-length': length };
      const answer = await send('POST', path, text, headers);
      if (answer.status < 300) return answer;
      throw new Error(`${path} was answered with ${answer.status}: ${answer.text}`);
    },
    close: () => agent.destroy(),
  };
}

function answerFrom(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('error', reject);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
  });
}
