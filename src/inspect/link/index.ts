/** The link from the actors of a process to a view of ours. */
export { type ViewLink, type ViewLinkOptions, viewLink } from './view-link.ts';
