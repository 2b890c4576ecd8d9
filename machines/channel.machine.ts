/**
 * One actor of this machine is the live connection of one process to one platform, shared by all
 * its approvals and open only while some of them wait.
 *
 * Final state: `closed`. `refused` is not final: the platform will not have us (403 on the
 * upgrade). Approvals poll, and the next try comes when somebody may have mended it.
 *
 * Survives a restart: nothing. A connection is made anew and reads fill the gap.
 *
 * Must never: carry a decision. Frames go from the socket to whoever waits, by id, outside of the
 * machine; this one only knows whether there is a connection. A close code never means anything
 * for an approval.
 */
import { assign, emit, setup } from 'xstate';
import { backOff, openSocket, type SocketEvent } from './ports.ts';

/** A connection that lived this long starts the back-off anew, milliseconds. */
export const STABLE_AFTER_MS = 30_000;
/** After a refusal the next try waits this long, milliseconds: people mend settings, not networks. */
export const RETRY_REFUSED_AFTER_MS = 300_000;

export interface ChannelContext {
  readonly url: string;
  /** Connections in a row that did not become stable. */
  readonly failures: number;
}

export type ChannelEvent = SocketEvent | { readonly type: 'channel.close' };

export type ChannelEmitted =
  | { readonly type: 'live' }
  | { readonly type: 'down'; readonly error: string };

export const channelMachine = setup({
  types: {
    context: {} as ChannelContext,
    input: {} as { readonly url: string },
    events: {} as ChannelEvent,
    emitted: {} as ChannelEmitted,
  },
  actors: { openSocket, backOff },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
    announceLive: emit({ type: 'live' as const }),
    announceDown: emit((_, params: { error: string }) => ({
      type: 'down' as const,
      ...params,
    })),
  },
  delays: { stable: STABLE_AFTER_MS, retryRefused: RETRY_REFUSED_AFTER_MS },
}).createMachine({
  id: 'channel',
  description: 'The one live connection of a process to a platform.',
  context: ({ input }) => ({ url: input.url, failures: 0 }),
  initial: 'open',
  on: { 'channel.close': '.closed' },
  states: {
    open: {
      description: 'There is a socket. The service that holds it lives as long as this state.',
      invoke: {
        id: 'socket',
        src: 'openSocket',
        input: ({ context }) => ({ url: context.url }),
        onError: {
          target: 'backingOff',
          actions: {
            type: 'announceDown',
            params: ({ event }) => ({ error: String(event.error) }),
          },
        },
      },
      on: {
        'socket.lost': {
          target: 'backingOff',
          actions: {
            type: 'announceDown',
            params: ({ event }) => ({ error: event.error }),
          },
        },
        'socket.refused': {
          target: 'refused',
          actions: {
            type: 'announceDown',
            params: ({ event }) => ({ error: event.error }),
          },
        },
      },
      initial: 'connecting',
      states: {
        connecting: { on: { 'socket.opened': 'live' } },
        live: {
          entry: 'announceLive',
          after: { stable: { actions: 'forgetFailures' } },
        },
      },
    },
    backingOff: {
      description: 'Waits before the next try, longer after each one.',
      entry: 'countFailure',
      invoke: {
        id: 'pause',
        src: 'backOff',
        input: ({ context }) => ({ attempt: context.failures }),
        onDone: 'open',
        onError: 'open',
      },
    },
    refused: {
      description: 'The platform will not have us; approvals poll.',
      after: { retryRefused: 'open' },
    },
    closed: { type: 'final' },
  },
});
