import { EventEmitter } from 'node:events';
import type { LiveSocket } from '../../src/index.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** A socket without a network: what it is told to receive, it receives at once. */
export class MemorySocket extends EventEmitter implements LiveSocket {
  readonly OPEN = OPEN;
  readyState: number = CONNECTING;

  /** The platform accepts it. */
  open(): void {
    if (this.readyState !== CONNECTING) return;
    this.readyState = OPEN;
    this.emit('open');
  }

  receive(frame: string): void {
    if (this.readyState === OPEN) this.emit('message', Buffer.from(frame), false);
  }

  /** The connection ends, by whichever side. */
  end(code: number): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.emit('close', code, Buffer.alloc(0));
  }

  /** The platform always answers. */
  ping(): void {
    queueMicrotask(() => this.emit('pong'));
  }

  close(code: number): void {
    this.end(code);
  }

  terminate(): void {
    this.end(1006);
  }
}
