/** The link to a live view, loaded when there is something to tell. */
import type { InspectionEvent } from 'xstate';
import type { AuditEvent } from '../../machines/index.ts';
import type { ViewLink } from '../inspect/link/index.ts';

/** What may happen while the link is loaded, which takes some milliseconds. */
const MOST_EARLY = 50_000;

export class LazyView {
  readonly #url: string;
  readonly #failed: (error: unknown) => void;
  #early: ((link: ViewLink) => void)[] = [];
  #loading: Promise<ViewLink | undefined> | undefined;
  #link: ViewLink | undefined;
  #isBroken = false;
  #dropped = 0;

  /** @param failed told why there is no link, where that is so */
  constructor(url: string, failed: (error: unknown) => void) {
    this.#url = url;
    this.#failed = failed;
  }

  get dropped(): number {
    return this.#dropped + (this.#link?.dropped ?? 0);
  }

  readonly inspect = (event: InspectionEvent): void => {
    const at = Date.now();
    this.#tell((link) => link.inspect(event, at));
  };

  readonly audit = (event: AuditEvent): void => {
    const at = Date.now();
    this.#tell((link) => link.audit(event, at));
  };

  async close(): Promise<void> {
    const link = await this.#loading;
    await link?.close();
  }

  #tell(news: (link: ViewLink) => void): void {
    if (this.#link !== undefined) news(this.#link);
    else if (!this.#isBroken && this.#early.length < MOST_EARLY) this.#early.push(news);
    else this.#dropped += 1;
    this.#loading ??= this.#load();
  }

  async #load(): Promise<ViewLink | undefined> {
    try {
      const { viewLink } = await import('../inspect/link/index.ts');
      const link = viewLink({ url: this.#url });
      for (const news of this.#early.splice(0)) news(link);
      this.#link = link;
      return link;
    } catch (error) {
      this.#failed(error);
      this.#isBroken = true;
      this.#dropped += this.#early.splice(0).length;
      return undefined;
    }
  }
}
