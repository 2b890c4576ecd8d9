/** What the simulation has found and nobody has mended yet: looked away from, so that it can go on. */
export const KNOWN_ISSUES = {
  /** What is under way when a client is closed may send one more request. */
  exchangesOutliveClose: true,
} as const;
