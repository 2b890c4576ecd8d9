import canonicalize from 'canonicalize';
import { canonicalJson, plainJson } from '../../../../src/protocol/canonical-json.ts';
import { built, isPlain, type Recipe, recipes } from '../hostile-values.ts';
import { codeOf, demand, target } from '../target.ts';

/** What is hashed is what a second implementation would hash, and reads back as the same. */
export const canonical = target<Recipe, string>({
  name: 'canonical JSON',
  inputs: recipes,
  parse: (recipe) => canonicalJson(plainJson(built(recipe))),
  judge: (recipe, attempt) => {
    if (attempt.threw) {
      demand(codeOf(attempt.error) === 'input', 'wrong code');
      demand(!isPlain(recipe), `refused: ${String(attempt.error)}`);
      return 'rejected';
    }
    demand(isPlain(recipe), 'took what JSON cannot say');
    const text = attempt.value;
    demand(text === canonicalize(built(recipe)), 'a second implementation says something else');
    demand(text === canonicalJson(plainJson(JSON.parse(text))), 'reads back as something else');
    return 'accepted';
  },
});
