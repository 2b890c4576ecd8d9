/** How the page is connected to the view. `lost`: it was, or should be, and nothing answers. */
export interface Link {
  readonly at: 'connecting' | 'live' | 'lost';
}
