/** What the simulation has found and nobody has mended yet: looked away from, so that it can go on. */
export const KNOWN_ISSUES = {
  /** Looking for a key and looking at a row that was taken back are list requests of their own. */
  listsBesideEachOther: true,
  /** What a platform asks of one kind of request is not heard by the others. */
  retryAfterForEach: true,
  /** A decision in a list that was read to find a key, or after a withdrawal, waits for the next read. */
  lookupsTellNobody: true,
  /** Who joins an approval by its key waits by a timer that stands still while the machine sleeps. */
  joinedWaitSleeps: true,
  /** An entry that was moved to its new owner and could not be read then is taken up by the next one. */
  takenEntryUnread: true,
  /** An end that a killed process wrote and did not sync is told without a sync. */
  recordedEndUnsynced: true,
  /** A log that cannot be opened to look for ends is an internal error. */
  endsUnreadable: true,
  /** Exchanges that are under way go on after close(), and creates go on from them. */
  exchangesOutliveClose: true,
  /** resume() and request() that take over one key at the same moment both have it. */
  takeoverRaces: true,
  /** A create that arrives after its client was closed makes a row that nobody takes back. */
  lateAfterClose: true,
  /** Who looks for orphans may take the name out of a folder that is just being made. */
  ownerUnnamed: true,
} as const;
