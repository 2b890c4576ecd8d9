import { join } from 'node:path';
import { stateFolder } from '../settings/places.ts';

/** Where `countersign serve` keeps its store and the approver's token when nobody says otherwise. */
export const defaultDataDir = (): string => join(stateFolder(), 'platform');
