/** The view's server. */
export { createView, DEFAULT_PORT, type View, type ViewOptions } from './create-view.ts';
