/** Data goes to standard output, text for people to standard error. */

/** Prints one line of data. */
export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Says one line to the person at the terminal. */
export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Prints one object on one line. */
export const printJson = (value: object): void => print(jsonLine(value));

/**
 * JSON on one line, the same data for every reader, in which nothing that a terminal would act on
 * or hide stands raw: such characters are written as `\u…`.
 */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');

/** A reader that went away (`countersign list | head -1`) is no defect and must not look like one. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (!('code' in error && error.code === 'EPIPE')) throw error;
    });
}
