import { render } from 'preact';
import { Session } from './session.ts';
import { App } from './view/app.tsx';

const session = new Session();
window.addEventListener('online', () => session.nudge());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') session.nudge();
});

const root = document.getElementById('page');
if (root) render(<App session={session} />, root);
