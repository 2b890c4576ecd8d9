import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Block } from '../model/arguments.ts';
import { type MixedWord, mixedWords } from '../model/scripts.ts';
import { nameOf, type Segment, segmentsOf } from '../model/segments.ts';
import { boundText } from '../model/text-bounds.ts';

interface AgentTextProps {
  readonly block: Block;
  readonly opened: ReadonlySet<string>;
  readonly onOpen: (ids: readonly string[]) => void;
}

/** A text that an agent wrote: text and nothing else, in full or with what is hidden named. */
export function AgentText({ block, opened, onOpen }: AgentTextProps): JSX.Element {
  const bounded = useMemo(() => boundText(block.text), [block.text]);
  const isOpen = bounded.hidden === 0 || opened.has(block.id);
  const count = bounded.hidden.toLocaleString();
  return (
    <>
      <Pieces text={isOpen ? block.text : bounded.head} />
      {!isOpen && (
        <>
          <button type="button" class="gap" onClick={() => onOpen([block.id])}>
            <span>{count} bytes hidden</span> <b>Show all</b>
          </button>
          <Pieces text={bounded.tail} />
        </>
      )}
      <MixedNote text={block.text} />
    </>
  );
}

/** Somebody else's words inside a line of ours: they cannot turn what stands around them. */
export function Inline({ text }: { readonly text: string }): JSX.Element {
  return (
    <bdi class="agent-inline" dir="ltr">
      <Segments text={text} />
    </bdi>
  );
}

function Pieces({ text }: { readonly text: string }): JSX.Element {
  return (
    <div class="agent-text" dir="ltr">
      <Segments text={text} />
    </div>
  );
}

function Segments({ text }: { readonly text: string }): JSX.Element {
  const segments = useMemo(() => segmentsOf(text), [text]);
  return <>{segments.map(drawn)}</>;
}

function drawn(segment: Segment, index: number): ComponentChildren {
  switch (segment.kind) {
    case 'plain':
      return segment.text;
    case 'code':
      return (
        <span key={index} class="code-point" title={segment.why}>
          {segment.text}
        </span>
      );
    case 'mixed':
      return <Mixed key={index} word={segment.word} />;
  }
}

function Mixed({ word: { word, strangers } }: { readonly word: MixedWord }): JSX.Element {
  return (
    <span class="mixed">
      {Array.from(word, (letter) =>
        strangers.has(letter) ? <b title={nameOf(letter)}>{letter}</b> : letter,
      )}
    </span>
  );
}

/** Named at most this often; the words themselves are all marked. */
const MAX_NAMED = 3;

function MixedNote({ text }: { readonly text: string }): JSX.Element | null {
  const words = useMemo(() => mixedWords(text), [text]);
  if (words.length === 0) return null;
  return (
    <p class="mixed-note">
      <b>Mixed alphabets:</b>{' '}
      {words.slice(0, MAX_NAMED).map(({ word, strangers, alphabets }) => (
        <span key={word}>
          <Inline text={word.slice(0, 40)} /> mixes {alphabets.join(' and ')} letters (
          {[...strangers].slice(0, 4).map(nameOf).join(', ')}).{' '}
        </span>
      ))}
      {words.length > MAX_NAMED && `And ${words.length - MAX_NAMED} more.`}
    </p>
  );
}
