/** The part of a pino logger that the platform uses. Nothing that it is given holds a token. */
export interface PlatformLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const nothing = (): void => {};

/** Says nothing: the default, as for any library. */
export const silent: PlatformLogger = { info: nothing, warn: nothing, error: nothing };
