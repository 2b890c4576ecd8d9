/**
 * CSS whose custom properties are replaced by what they are: many programs that show SVG know none.
 * @param value the value of a property; empty where it is not set
 */
export const resolved = (css: string, value: (name: string) => string): string =>
  css.replace(
    /var\((--[\w-]+)(?:,\s*([^()]*))?\)/g,
    (_, name: string, otherwise = '') => value(name) || otherwise,
  );

/** Without the blocks of media queries: a file keeps the scheme that it was saved in. */
export const withoutMedia = (css: string): string =>
  css.replace(/@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, '');
