import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { indexOf, lastOf, playDelayMs } from '../model/timeline.ts';
import type { Session } from '../session.ts';
import { Icon, type IconName } from './icons.tsx';

/** Back and forth through the timeline of the chosen actor. */
export function Scrubber({ session }: { readonly session: Session }): JSX.Element {
  const { timeline, isPlaying } = session.state;
  const last = lastOf(timeline);
  const index = indexOf(timeline);
  const isLive = timeline.position === null;
  usePlaying(session);
  return (
    <fieldset class="scrubber" aria-label="Where in the timeline">
      <Control icon="first" name="First entry" keys="Home" onClick={() => session.scrub(0)} />
      <Control icon="back" name="Entry before" keys="ArrowLeft" onClick={() => session.step(-1)} />
      <Control
        icon={isPlaying ? 'pause' : 'play'}
        name={isPlaying ? 'Pause' : 'Play'}
        keys="Space"
        onClick={() => session.togglePlay()}
      />
      <Control icon="next" name="Next entry" keys="ArrowRight" onClick={() => session.step(1)} />
      <input
        type="range"
        aria-label="Position in the timeline"
        aria-valuetext={`entry ${index + 1} of ${last + 1}`}
        min={0}
        max={Math.max(0, last)}
        value={Math.max(0, index)}
        disabled={last < 1}
        onInput={({ currentTarget }) => session.scrub(Number(currentTarget.value))}
      />
      <span class="position">
        {Math.max(0, index + 1)} / {last + 1}
      </span>
      <button
        type="button"
        class="go-live"
        aria-pressed={isLive}
        aria-keyshortcuts="l"
        title="Follow what happens (l)"
        onClick={() => session.goLive()}
      >
        <span class="dot" aria-hidden="true" /> Live
      </button>
    </fieldset>
  );
}

function usePlaying(session: Session): void {
  const { isPlaying, timeline } = session.state;
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => session.playOn(), playDelayMs(timeline));
    return () => clearTimeout(timer);
  }, [isPlaying, timeline.position]);
}

interface ControlProps {
  readonly icon: IconName;
  readonly name: string;
  readonly keys: string;
  readonly onClick: () => void;
}

const Control = ({ icon, name, keys, onClick }: ControlProps): JSX.Element => (
  <button
    type="button"
    class="control"
    aria-label={name}
    aria-keyshortcuts={keys}
    title={`${name} (${keys})`}
    onClick={onClick}
  >
    <Icon name={icon} />
  </button>
);
