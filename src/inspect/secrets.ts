/** What looks like a secret: by the name it stands under, and by how it reads inside a text. */

/** Stands in the place of a secret. */
export const SECRET = '[secret]';

/** Matched in names without their separators: `api-key`, `API_KEY` and `apiKey` are one. */
const NAMES =
  /authoriz|authenticat|token|secret|passw|passphrase|pwd|apikey|accesskey|signingkey|privatekey|encryptionkey|credential|cookie|hmac|session|bearer|jwt|signature|signinurl|^auth$|^pass$|^pin$|^otp$/;
/** A name longer than that is not looked through: nothing under it is shown. */
const LONGEST_NAME = 1_000;

/** Whether what stands under that name is not to be shown. */
export function namesSecret(name: string): boolean {
  if (name.length > LONGEST_NAME) return true;
  return NAMES.test(/^[a-z]*$/.test(name) ? name : letters(name));
}

const letters = (name: string): string =>
  /^\w*$/.test(name)
    ? name.toLowerCase().replaceAll('_', '')
    : name
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]/gu, '');

/** In a list, `--password` or `Authorization`: what follows it is not to be shown. */
export const announcesSecret = (value: unknown): boolean =>
  typeof value === 'string' && /^[^\s=:]{1,100}$/.test(value) && namesSecret(value);

/** Credentials that tell themselves by how they begin. */
const CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [^-]*PRIVATE KEY[\s\S]*/g, SECRET],
  [/\b(authorization|cookie)(\\*["']?\s*[:=]\s*)[^\r\n]+/gi, `$1$2${SECRET}`],
  [/\b(bearer)\s+\S+/gi, `$1 ${SECRET}`],
  [/\b(basic)\s+[\w+/=-]{8,}/gi, `$1 ${SECRET}`],
  [/eyJ[\w-]{6,}(?:\.[\w-]*){0,4}/g, SECRET],
  [/\b[spr]k[-_][\w-]{6,}/gi, SECRET],
  [/\b(?:gh[a-z]_|github_pat_|glpat-|npm_|xox[a-z]-|xapp-|hf_|AIza|ya29\.)[\w-]{10,}/g, SECRET],
  [/\bA[KS]IA[0-9A-Z]{12,}/g, SECRET],
  // Up to the last @ of the authority: a password may hold one.
  [/(:\/\/)[^\s/?#]*@/g, `$1${SECRET}@`],
  [/([?&#;](?:\w{1,40}[_-])?(?:key|sig|signature|code|auth)=)[^\s&#"']*/gi, `$1${SECRET}`],
];

/** `password=`, `"api_key": `. Begins at the start of a word only, or it would be quadratic. */
const NAMED = /(?<![\w.-])((?:(?:api|access|private) )?[\w.-]+)\\*["']?\s*[=:]\s*\\*/gi;
/** `--password ` */
const FLAGGED = /(?<!\S)(--?[^\s=]+)\s+/g;
const VALUE = /"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s&"']+/y;

/** Masks the values that stand behind a name for a secret. */
function maskBehind(names: RegExp, text: string): string {
  let masked = '';
  let from = 0;
  for (const { 0: found, 1: name = '', index } of text.matchAll(names)) {
    if (index < from || !namesSecret(name)) continue;
    VALUE.lastIndex = index + found.length;
    masked += `${text.slice(from, VALUE.lastIndex)}${SECRET}`;
    from = VALUE.lastIndex + (VALUE.exec(text)?.[0].length ?? 0);
  }
  return masked + text.slice(from);
}

/** Each pattern needs one of these; most ids, numbers and plain words have none. */
const SUSPICIOUS =
  /[=:@]|(?:^|\s)-|-----|eyJ|[spr]k[-_]|gh[a-z]_|github_pat_|glpat-|npm_|xox|xapp-|hf_|AIza|ya29|A[KS]IA|bearer|basic/i;

/**
 * The text with what looks like a credential masked. Give it short texts.
 * @param isCut the text goes on: what began at its end may be a credential
 */
export function maskCredentials(text: string, isCut: boolean): string {
  if (!SUSPICIOUS.test(text)) return text;
  const told = CREDENTIALS.reduce((masked, [found, mask]) => masked.replace(found, mask), text);
  const masked = maskBehind(FLAGGED, maskBehind(NAMED, told));
  return isCut ? masked.replace(/:\/\/[^\s/?#]*$/, `://${SECRET}`) : masked;
}
