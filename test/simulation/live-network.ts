/** All sockets of a world: how they come about, and what becomes of what is sent to them. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ConnectOptions, LiveSocket } from '../../src/environment.ts';
import type { LoggedRequest } from '../../src/testing/fake/request-log.ts';
import type { FaultMix } from './fault-mix.ts';
import type { Life } from './life.ts';
import type { Random } from './random.ts';
import { SimulatedSocket } from './socket.ts';
import type { Trace } from './trace.ts';

export interface LiveServing {
  reachable(life: Life): boolean;
  /** The status of a refusal, or `accept`. */
  upgrade(request: LoggedRequest): number | 'accept';
}

export interface LiveNetworkOptions {
  readonly faults: FaultMix;
  readonly random: Random;
  readonly trace: Trace;
  readonly platform: LiveServing;
  readonly onConnect: (life: Life) => void;
  /** A frame that a process will never see. */
  readonly onLost: (life: Life, frame: string) => void;
}

const CLOSE_CODES = [1000, 1001, 1005, 1006, 1008, 1011, 1012, 1013, 4401, 4403, 4999] as const;
const GARBAGE = [
  '',
  '[]',
  '1',
  '"x"',
  '{',
  'null',
  '{"event":"APPROVAL_DECIDED","status":"approved"}',
  '\uFEFF{}',
] as const;

export class LiveNetwork {
  /** What the platform believes to be open. */
  readonly accepted = new Set<SimulatedSocket>();
  /** Every socket that a living process holds. */
  readonly held = new Set<SimulatedSocket>();
  readonly #options: LiveNetworkOptions;

  constructor(options: LiveNetworkOptions) {
    this.#options = options;
  }

  connect(life: Life, url: string, options: ConnectOptions): LiveSocket {
    const { faults, random, onConnect } = this.#options;
    const socket = new SimulatedSocket({
      life,
      faults,
      random,
      onChange: () => this.#changed(socket),
    });
    const moment = life.enter('connect');
    if (moment === 'dead') return socket;
    this.held.add(socket);
    onConnect(life);
    this.#shake(socket, url, options);
    if (moment === 'dies after') life.crash('connect');
    return socket;
  }

  /** Tells every open socket, as far as frames get through. */
  announce(frame: string): void {
    const { faults, trace, onLost } = this.#options;
    for (const socket of this.accepted) {
      if (faults.strikes('socket.frame_lost')) {
        trace.hit('frame.lost');
        socket.life.say('a frame is lost');
        onLost(socket.life, frame);
        continue;
      }
      const isReordered = faults.strikes('socket.reordered');
      if (isReordered) trace.hit('frame.reordered');
      socket.deliver(frame, false, !isReordered);
      if (!faults.strikes('socket.duplicated')) continue;
      trace.hit('frame.duplicated');
      socket.deliver(frame, false, false);
    }
  }

  /** Something else comes over a socket. */
  send(frame: string): void {
    for (const socket of this.accepted) socket.deliver(frame, false, true);
  }

  sendGarbage(): void {
    const { random, trace } = this.#options;
    trace.hit('frame.garbage');
    for (const socket of this.accepted)
      socket.deliver(random.pick([...GARBAGE]), random.chance(0.2), true);
  }

  /** Connections end without anybody's wish, in one way or the other. */
  disturb(how: 'closed' | 'reset' | 'half open'): void {
    const { random, trace } = this.#options;
    for (const socket of Array.from(this.accepted)) {
      this.accepted.delete(socket);
      socket.life.say(`the channel is ${how}`);
      if (how === 'half open') {
        trace.hit('socket.half_open');
        socket.isHalfOpen = true;
        // The platform goes on sending into it for a while.
        this.accepted.add(socket);
      } else {
        trace.hit(how === 'reset' ? 'socket.reset' : 'socket.closed');
        socket.closedByPeer(how === 'reset' ? 1006 : random.pick([...CLOSE_CODES]), 'bye');
      }
    }
  }

  #shake(socket: SimulatedSocket, url: string, options: ConnectOptions): void {
    const { faults, random, platform, trace } = this.#options;
    const { life } = socket;
    const ms = random.between(1, 30);
    life.arrival(options.handshakeTimeout ?? 10_000, 'socket', () =>
      socket.failed('Opening handshake has timed out'),
    );
    if (!platform.reachable(life)) {
      life.say('connects: cut off');
      if (random.chance(0.5)) life.arrival(ms, 'socket', () => socket.failed('EHOSTUNREACH'));
      return;
    }
    if (faults.strikes('socket.silent_upgrade')) {
      life.say('connects: no answer');
      trace.hit('socket.never_answered');
      return;
    }
    const answer = faults.strikes('socket.refused')
      ? random.pick([401, 403, 500, 502])
      : platform.upgrade(upgradeOf(url, options));
    life.say(`connects: ${answer}`);
    life.arrival(ms, 'socket', () => this.#answered(socket, answer));
  }

  #answered(socket: SimulatedSocket, answer: number | 'accept'): void {
    const { faults, trace } = this.#options;
    if (answer !== 'accept') {
      trace.hit(
        answer === 401
          ? 'socket.refused_401'
          : answer === 403
            ? 'socket.refused_403'
            : 'socket.refused_5xx',
      );
      socket.refused(answer);
      return;
    }
    if (!socket.isHeld) return;
    this.accepted.add(socket);
    socket.isHalfOpen = faults.strikes('socket.half_open');
    if (socket.isHalfOpen) trace.hit('socket.half_open');
    socket.opened();
  }

  #changed(socket: SimulatedSocket): void {
    if (!socket.isHeld) this.held.delete(socket);
    if (!socket.isHeld) this.accepted.delete(socket);
  }

  /** What a process that ended held. */
  forget(life: Life): void {
    for (const set of [this.accepted, this.held])
      for (const socket of set) if (socket.life === life) set.delete(socket);
  }
}

function upgradeOf(url: string, { headers, origin }: ConnectOptions): LoggedRequest {
  const { pathname, searchParams } = new URL(url);
  const sent: IncomingHttpHeaders = { upgrade: 'websocket' };
  for (const [name, value] of Object.entries(headers ?? {}))
    if (typeof value === 'string') sent[name.toLowerCase()] = value;
  if (origin !== undefined) sent['origin'] = origin;
  return {
    method: 'GET',
    path: pathname,
    belowBase: true,
    query: searchParams,
    headers: sent,
    body: '',
    at: 0,
    upgrade: true,
  };
}
