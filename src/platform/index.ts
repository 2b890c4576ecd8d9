/** The service that stores approvals and where people decide. */
export type { PlatformClock } from './clock.ts';
export { createPlatform, type Platform, type PlatformOptions } from './create-platform.ts';
export type { PlatformLogger } from './logger.ts';
