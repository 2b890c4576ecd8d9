/** Which actor has which trace id. Those of long ago are forgotten: of them nothing more is told. */
const MOST = 20_000;

export class RecentActors {
  readonly #actors = new Map<string, string>();

  get(traceId: string): string | undefined {
    return this.#actors.get(traceId);
  }

  set(traceId: string, actor: string): void {
    this.#actors.set(traceId, actor);
    const [oldest] = this.#actors.keys();
    if (this.#actors.size > MOST && oldest !== undefined) this.#actors.delete(oldest);
  }
}
