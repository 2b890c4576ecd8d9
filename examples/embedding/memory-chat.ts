/** A chat in memory that takes messages when it is told to. */
import type { Answer, Chat } from './agent.ts';

export class MemoryChat implements Chat {
  readonly #posted = Promise.withResolvers<string>();
  #tell: ((answer: Answer) => void) | undefined;
  /** Where the one message of a walk is. */
  message: 'none' | 'on its way' | 'open' | 'answered' | 'removed' = 'none';

  post = (): Promise<string> => {
    this.message = 'on its way';
    return this.#posted.promise;
  };

  remove = async (): Promise<boolean> => {
    if (this.message !== 'open') return false;
    this.message = 'removed';
    return true;
  };

  onAnswer = (_: string, tell: (answer: Answer) => void): (() => void) => {
    this.#tell = tell;
    return () => {
      this.#tell = undefined;
    };
  };

  /** The message has arrived. */
  take(): void {
    this.message = 'open';
    this.#posted.resolve('message-1');
  }

  /** Maria answers. */
  answer(yes: boolean): void {
    this.message = 'answered';
    this.#tell?.({ yes, by: 'maria' });
  }
}
