/** The command line is wrong. Exit status 2, with a line that says where to read how it is right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
