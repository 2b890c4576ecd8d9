/** What the crash loops have found and nobody has mended yet: looked away from, so that they go on. */
export const KNOWN_ISSUES = {
  /** A kill in the middle of a recovery record leaves two unfinished lines, and only one is named. */
  recoveryIsTorn: true,
  /** A grant that turns out to be used already stays in the journal of the one who asked again. */
  usedGrantStays: true,
} as const;
