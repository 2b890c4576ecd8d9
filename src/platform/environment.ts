/** What the handlers of one request share. */
import type { Principal } from './auth.ts';
import type { Subscription } from './feed.ts';

export interface PlatformEnv {
  Bindings: {
    /** Set where the request asks for a socket: takes what the socket will be told. */
    readonly grant?: (subscription: Subscription) => void;
  };
  Variables: { principal: Principal };
}
