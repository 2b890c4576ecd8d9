import { render } from 'preact';
import { PageSession } from './page-session.ts';
import { takeToken } from './sign-in-address.ts';
import { createStore } from './store.ts';
import { App } from './view/app.tsx';

const store = createStore();
const session = new PageSession(store);

/** Signs in with the token of the address, if there is one, or goes on with the session. */
function enter(): void {
  const token = takeToken();
  void (token === null ? session.resume() : session.signIn(token));
}

enter();
// The sign-in address, pasted into a tab that shows the page already, only changes the fragment.
window.addEventListener('hashchange', enter);
window.addEventListener('online', () => session.nudge());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') session.nudge();
});

const root = document.getElementById('page');
if (root) render(<App store={store} session={session} />, root);
