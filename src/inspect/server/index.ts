/** The view's server. */
export { createView, DEFAULT_PORT, type View } from './create-view.ts';
