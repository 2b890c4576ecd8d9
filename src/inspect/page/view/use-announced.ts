import { useEffect, useRef, useState } from 'preact/hooks';

/** Between two sentences, milliseconds: what changes faster is not read out. */
const LEAST_MS = 2_000;

/** The sentence that is read out: the latest, but not more often than every two seconds. */
export function useAnnounced(text: string): string {
  const [said, setSaid] = useState('');
  const at = useRef(0);
  useEffect(() => {
    if (text === said) return;
    const wait = Math.max(0, at.current + LEAST_MS - performance.now());
    const timer = setTimeout(() => {
      at.current = performance.now();
      setSaid(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text, said]);
  return said;
}
