/** The sockets of processes: what they tell goes into the model; who tells nonsense is hung up on. */
import type { RawData, WebSocket } from 'ws';
import { type ProcessMessage, processMessageSchema } from '../wire.ts';
import { textOf } from './frames.ts';
import type { ViewModel } from './model.ts';

/** How long a process may take to say who it is, milliseconds. */
const HELLO_WITHIN_MS = 10_000;

/** Close codes: 1000 another connection of the same process, 1008 what it said is not understood. */
const REPLACED = 1000;
const NOT_UNDERSTOOD = 1008;

export class Processes {
  readonly #model: ViewModel;
  readonly #onChange: () => void;
  /** The connection of each process, the newest one. */
  readonly #sockets = new Map<string, WebSocket>();

  constructor(model: ViewModel, onChange: () => void) {
    this.#model = model;
    this.#onChange = onChange;
  }

  accept(socket: WebSocket): void {
    let process: string | undefined;
    const silent = setTimeout(() => refuse(socket, 'say hello first'), HELLO_WITHIN_MS).unref();
    socket.on('message', (data, isBinary) => {
      if (socket.readyState !== socket.OPEN) return;
      const message = isBinary ? 'a frame is not text' : messageIn(data);
      if (typeof message === 'string') refuse(socket, message);
      else if (message.type === 'hello') {
        clearTimeout(silent);
        if (process !== undefined && process !== message.process.id)
          refuse(socket, 'one process, one connection');
        else process = this.#hello(socket, message);
      } else if (process === undefined) refuse(socket, 'say hello first');
      else this.#batch(process, message);
    });
    // `close` follows every error.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(silent);
      if (process !== undefined) this.#left(socket, process);
    });
  }

  #hello(socket: WebSocket, { process }: Extract<ProcessMessage, { type: 'hello' }>): string {
    const before = this.#sockets.get(process.id);
    this.#sockets.set(process.id, socket);
    if (before !== socket) before?.close(REPLACED, 'another connection of this process took over');
    this.#model.hello(process);
    this.#onChange();
    return process.id;
  }

  #batch(process: string, batch: Extract<ProcessMessage, { type: 'batch' }>): void {
    this.#model.batch(process, batch);
    this.#onChange();
  }

  #left(socket: WebSocket, process: string): void {
    if (this.#sockets.get(process) !== socket) return;
    this.#sockets.delete(process);
    this.#model.left(process);
    this.#onChange();
  }
}

const refuse = (socket: WebSocket, why: string): void => socket.close(NOT_UNDERSTOOD, why);

/** What it says, or what is wrong with it: short enough for the reason of a close frame. */
function messageIn(data: RawData): ProcessMessage | string {
  try {
    const {
      success,
      data: message,
      error,
    } = processMessageSchema.safeParse(JSON.parse(textOf(data)));
    if (success) return message;
    const [issue] = error.issues;
    return `a frame is wrong at ${issue?.path.join('.').slice(0, 60)}`;
  } catch {
    return 'a frame is no JSON';
  }
}
