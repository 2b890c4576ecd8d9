/** An arrow of a chart: the state it was taken in, and the id of the transition. */
export interface ArrowName {
  readonly from: string;
  readonly transition: string;
}

/** Instead of an id, where only both ends are known: every arrow between two states has this name. */
export const whateverLeadsTo = (state: string): string => `→${state}`;

/** What a chart shows of one actor. */
export interface Lighting {
  readonly current: string | undefined;
  /** The arrow that led there. */
  readonly taken: ArrowName | undefined;
  readonly visited: ReadonlySet<string>;
  readonly way: readonly ArrowName[];
  /** The services that run, by what the machine calls them. */
  readonly running: ReadonlySet<string>;
}

/** `open.live` is in `open`: a state and those it is in, the innermost first. */
export const withParents = (state: string): string[] =>
  state.split('.').map((_, index, path) => path.slice(0, path.length - index).join('.'));
