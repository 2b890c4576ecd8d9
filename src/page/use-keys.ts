import { useEffect } from 'preact/hooks';

/** Calls for every key that is meant for the page: not for a field, a dialog or the browser. */
export function useKeys(onKey: (event: KeyboardEvent) => void): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.isComposing || document.querySelector('dialog[open]')) return;
      if (isField(event.target)) return leave(event);
      onKey(event);
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, [onKey]);
}

const TYPED = 'input:not([type="range"]), textarea, select';

const isField = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement && target.matches(TYPED);

/** In a field only Escape means something: "leave it". */
function leave(event: KeyboardEvent): void {
  if (event.key === 'Escape' && isField(event.target)) event.target.blur();
}
