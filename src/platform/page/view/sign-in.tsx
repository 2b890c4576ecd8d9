import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Mark } from '../../../page/mark.tsx';
import { tokenIn } from '../sign-in-address.ts';
import type { Commands } from './commands.ts';

interface SignInProps {
  readonly problem: string | null;
  readonly onSignIn: Commands['signIn'];
}

export function SignIn({ problem, onSignIn }: SignInProps): JSX.Element {
  const [token, setToken] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await onSignIn(tokenIn(token));
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1 class="brand">
          <Mark /> Countersign
        </h1>
        <p>Agents ask here before they act. Sign in to answer them.</p>
        <label for="token">Your token, or the sign-in address</label>
        <input
          id="token"
          class="field"
          type="password"
          autoComplete="current-password"
          spellcheck={false}
          value={token}
          aria-describedby="token-problem"
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <p id="token-problem" class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" disabled={isBusy || token.trim() === ''}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
        <p class="hint">The platform prints the address when it starts.</p>
      </form>
    </main>
  );
}
