/** What is wrong with a `config.yaml`, in words that lead to the place: file, line, path. */
import { type Document, isMap, isNode, isScalar, type LineCounter, type Node } from 'yaml';
import type { z } from 'zod';
import { visibleInTerminal } from '../protocol/text.ts';
import { isMapping, KNOWN_KEYS } from './config-schema.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** A parsed file and how to find lines in it. */
export interface ParsedFile {
  readonly document: Document;
  readonly lines: LineCounter;
  /** The document as plain values. */
  readonly value: unknown;
}

/** `7: rbac.roles[1] must be a string (found a number)`; values are not shown. */
export function problemOf(file: ParsedFile, issue: Issue): string {
  if (issue.code === 'unrecognized_keys') return unknownKey(file, issue.path, issue.keys[0] ?? '');
  const path = issue.path;
  const said = `${pathText(path)} ${wordsOf(issue, valueAt(file.value, path))}`;
  return `${lineOf(file, path)}: ${said}`;
}

function unknownKey(file: ParsedFile, path: Path, key: string): string {
  const known = KNOWN_KEYS.get(pathText(path))?.join(' and ') ?? 'none';
  const line = lineOf(file, [...path, key], 'key');
  return `${line}: ${pathText([...path, key])} is an unknown key; known there: ${known}`;
}

function wordsOf(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${EXPECTED[issue.expected] ?? issue.expected} (found ${kindOf(found)})`;
    case 'too_small':
      return 'must not be empty';
    case 'too_big':
      return `must have at most ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'entries'}`;
    case 'custom':
      return issue.message;
    default:
      return 'is wrong';
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a string',
  array: 'a list',
  object: 'a mapping',
  map: 'a mapping of roles to lists of actions',
};

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return isMapping(value) ? 'a mapping' : `a ${typeof value}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key)
        ? Reflect.get(inside, key)
        : undefined,
    value,
  );
}

/** `rbac.allowed_actions["a b"][0]` */
function pathText(path: Path): string {
  const text = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    const name = String(key);
    return /^[\w-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(visibleInTerminal(name))}]`;
  });
  return text.join('').replace(/^\./, '') || 'the file';
}

/** Of the value at the path; of its key where that is what is wrong; of what is around it at worst. */
function lineOf(file: ParsedFile, path: Path, which: 'key' | 'value' = 'value'): number {
  const parent = nodeAt(file, path.slice(0, -1));
  const node = which === 'key' ? keyNode(parent, path.at(-1)) : nodeAt(file, path);
  if (node?.range) return file.lines.linePos(node.range[0]).line;
  return path.length === 0 ? 1 : lineOf(file, path.slice(0, -1));
}

function nodeAt({ document }: ParsedFile, path: Path): Node | undefined {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

function keyNode(parent: Node | undefined, key: PropertyKey | undefined): Node | undefined {
  if (parent === undefined || !isMap(parent)) return undefined;
  return parent.items
    .map((pair) => pair.key)
    .filter(isScalar)
    .find(({ value }) => value === key);
}
