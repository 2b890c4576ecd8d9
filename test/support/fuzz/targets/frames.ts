import { deepStrictEqual } from 'node:assert';
import type { Decision } from '../../../../machines/index.ts';
import { decisionOfFrame } from '../../../../src/protocol/frames.ts';
import { expectedOfFrame } from '../decision-rules.ts';
import { jsonTexts } from '../json-document.ts';
import { returned, target } from '../target.ts';
import { FRAMES, WORDS, WORKSPACE } from '../wire-words.ts';

type FrameParser = (data: string, workspaceId: string) => Decision | undefined;

/** No frame grants but one that must; no decision is lost. */
export const frames = (parser: FrameParser = decisionOfFrame) =>
  target<string, Decision | undefined>({
    name: 'frames',
    inputs: jsonTexts(FRAMES, WORDS),
    parse: (text) => parser(text, WORKSPACE),
    judge: (text, attempt) => {
      const decision = returned(attempt);
      deepStrictEqual(decision, expectedOfFrame(text, WORKSPACE));
      return decision === undefined ? 'rejected' : 'accepted';
    },
  });
