/** Whether a value that was told is as small as what `redact` makes; stops as soon as it is not. */
import type { JsonValue } from '../../machines/index.ts';

export interface JsonBounds {
  /** Values in all. */
  readonly nodes: number;
  /** Objects and lists in one another. */
  readonly depth: number;
  /** UTF-16 units of all texts and keys together. */
  readonly characters: number;
}

/** However deep the value is, no deeper than `depth` is looked. */
export const isBoundedJson = (value: unknown, bounds: JsonBounds): value is JsonValue =>
  new Budget(bounds).takes(value, bounds.depth);

class Budget {
  #nodes: number;
  #characters: number;

  constructor({ nodes, characters }: JsonBounds) {
    this.#nodes = nodes;
    this.#characters = characters;
  }

  /** @param depth how many objects in one another are left */
  takes(value: unknown, depth: number): boolean {
    this.#nodes -= 1;
    if (this.#nodes < 0) return false;
    switch (typeof value) {
      case 'boolean':
        return true;
      case 'number':
        return Number.isFinite(value);
      case 'string':
        return this.#takesText(value);
      case 'object':
        return value === null || (depth > 0 && this.#takesMembers(value, depth - 1));
      default:
        return false;
    }
  }

  #takesMembers(value: object, depth: number): boolean {
    if (Array.isArray(value))
      return value.length <= this.#nodes && value.every((member) => this.takes(member, depth));
    const members = Object.entries(value);
    return (
      members.length <= this.#nodes &&
      members.every(([key, member]) => this.#takesText(key) && this.takes(member, depth))
    );
  }

  #takesText({ length }: string): boolean {
    this.#characters -= length;
    return this.#characters >= 0;
  }
}
