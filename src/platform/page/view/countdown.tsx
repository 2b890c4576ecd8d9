import type { JSX } from 'preact';
import { useServerNow } from '../../../page/use-ticks.ts';
import type { Approval } from '../model/approval.ts';
import { type Countdown, countdownOf, durationText, spokenDuration } from '../model/countdown.ts';

interface TimeLeftProps {
  readonly approval: Approval;
  readonly aheadMs: number;
}

/** How much time is left, in words. */
export function TimeLeft({ approval, aheadMs }: TimeLeftProps): JSX.Element | null {
  const countdown = countdownOf(approval, useServerNow(aheadMs));
  if (countdown === null) return null;
  return (
    <span class={`time-left ${toneOf(countdown)}`}>
      <span aria-hidden="true">
        {countdown.isOver ? 'time is up' : `${durationText(countdown.leftMs)} left`}
      </span>
      <span class="unseen">{spokenDuration(countdown.leftMs)}</span>
    </span>
  );
}

/** The same as a thin line that shrinks. */
export function TimeBar({ approval, aheadMs }: TimeLeftProps): JSX.Element {
  const countdown = countdownOf(approval, useServerNow(aheadMs));
  return (
    <div class={`time-bar ${countdown ? toneOf(countdown) : ''}`} aria-hidden="true">
      <div style={{ transform: `scaleX(${countdown?.fraction ?? 0})` }} />
    </div>
  );
}

const toneOf = ({ isUrgent, isOver }: Countdown): string =>
  isOver ? 'is-over' : isUrgent ? 'is-urgent' : '';
