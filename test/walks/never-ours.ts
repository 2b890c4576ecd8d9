/** Transitions that no walk of the real client can take: a service of ours never breaks. */
export const NEVER_OURS = [
  'rbacCheck:xstate.error.actor.permission:0',
  'submitting:xstate.error.actor.submission:0',
  'awaitingWS:xstate.error.actor.liveDecision:0',
  'fallbackPolling:xstate.error.actor.polledDecision:0',
  'withdrawing:xstate.error.actor.withdrawal:0',
  'withdrawing:xstate.error.actor.withdrawal:1',
];
