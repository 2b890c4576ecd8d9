/** A platform that is polled, as its process sees it. */
export interface Served {
  readonly url: string;
  /** Ids of the newest that wait. */
  newest(count: number): Promise<string[]>;
  approve(id: string): Promise<void>;
}
