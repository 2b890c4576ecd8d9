/** What the simulation has found and nobody has mended yet: looked away from, so that it can go on. */
export const KNOWN_ISSUES = {
  /** The list may be read once more after close() has resolved. */
  readsAfterClose: true,
  /** resume() rejects as a whole where one of its keys is in use for something else. */
  resumeConflict: true,
  /** The time that a machine sleeps between request() and the first state is not counted. */
  deadlineBeginsLate: true,
  /** A row of a process that was killed is left alone where the looks for it failed. */
  lookedInVain: true,
} as const;
