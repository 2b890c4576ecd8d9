/** Somebody who asks, as the measured process sees it. */
export interface Asker {
  /** Asks, waits and tells: when the wait begins, and when the answer is there. */
  ask(
    action: string,
    onWaiting: () => void,
    onAnswered: (approvalId: string) => void,
  ): Promise<void>;
  close(): Promise<void>;
}
