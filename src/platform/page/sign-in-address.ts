/** The token of the address that this page was opened with; taken out of it, so that no history keeps it. */
export function takeToken(): string | null {
  const { hash, pathname, search } = window.location;
  if (hash === '') return null;
  const token = new URLSearchParams(hash.slice(1)).get('token');
  window.history.replaceState(null, '', pathname + search);
  return token || null;
}

/** What somebody pasted: a token, or the whole sign-in address. */
export const tokenIn = (pasted: string): string =>
  /#token=([^&\s]+)/.exec(pasted)?.[1] ?? pasted.trim();
