/** What looks like a secret: by the name it stands under, and by how it reads inside a text. */

/** Stands in the place of a secret. */
export const SECRET = '[secret]';

/** Matched in names without their separators: `api-key`, `API_KEY` and `apiKey` are one. */
const NAMES =
  /auth(?!or(?!iz))|token|secret|passw|passphrase|passcode|pass$|pwd|pw$|^psk|psk$|(?:api|access|signing|private|encryption|license|master|ssh)key|credential|creds|cookie|hmac|session|bearer|jwt|signature|signinurl|^pin$|^otp|otp$/;
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

/** `{ name: 'password', value: … }` */
const NAMING = /^(?:name|key|k|header|field|type|id|label|param|parameter|property|variable)$/i;
const NAMED_VALUE = /^(?:values?|val|v|content)$/i;

/** Tells of each entry of one object whether it is not to be shown. */
export function isSecretOf(
  entries: readonly (readonly [key: string, value: unknown])[],
): (key: string) => boolean {
  const namesOne = entries.some(
    ([key, value]) => NAMING.test(key) && typeof value === 'string' && namesSecret(value),
  );
  return (key) => namesSecret(key) || (namesOne && NAMED_VALUE.test(key));
}

/** Commands that take a password behind a short flag. */
const COMMANDS =
  /\b(?:curl|wget|docker|podman|helm|mysql\w*|mariadb\w*|sshpass|psql|mongo\w*|redis-cli|ldap\w+)\b/i;

/** In a list, `--password`, `Authorization`, or `-p` of a command: what follows is not to be shown. */
export function secretAmong(list: readonly unknown[]): (index: number) => boolean {
  const texts = list.map((item) => (typeof item === 'string' ? item.slice(0, LONGEST_NAME) : ''));
  const isCommand = texts.some((text) => COMMANDS.test(text));
  return (index) => {
    const before = texts[index - 1] ?? '';
    if (/^[^\s=:]{1,100}$/.test(before) && namesSecret(before)) return true;
    return (
      isCommand &&
      (/^-[a-zA-Z]{0,4}[upaw]$/.test(before) || /^-[a-zA-Z]{0,4}?[upaw]./.test(texts[index] ?? ''))
    );
  };
}

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
  [/\b(?:SG\.|whsec_)[\w.+/=-]{8,}/g, SECRET],
  [/(hooks\.slack\.com\/|\/api\/webhooks\/)\S+/gi, `$1${SECRET}`],
  // Up to the last @: a password may hold one, and whatever else ends an authority.
  [/(:\/\/)(?:[^\s/?#:]*:\S*|[^\s/?#]*)@/g, `$1${SECRET}@`],
  [/(?<![\w.%+-])(?!mailto:)([\w.%+-]+:)(?!\/\/)[^\s@]\S*@/gi, `$1${SECRET}@`],
  [/([?&#;](?:\w{1,40}[_-])?(?:key|sig|signature|code|auth)=)[^\s&#"']*/gi, `$1${SECRET}`],
];

/** Begins at the start of a word only, or it would be quadratic. */
const NAME =
  /(?<![\w.-])(?:(?:api|access|private|secret|master|ssh|license|signing|pass|auth) )?[\w.-]+(?:\[[\w.'"\\-]*\])*/gi;
/** What closes a name, then `=`, `: |`, `=>`, `, "value":` or `("`, and all up to the value. */
const ASSIGNS =
  /(?:[\\"'`\])\s]|%(?:25)*(?:2[027]|5[bd]))*(?:(?:[!?+*|&~<-]{0,3}[=:>]|<-|%(?:25)*3[ade]|,?\s*\\*["']?v(?:al(?:ue)?)?\\*["']?\s*[=:])[\s=:>|~+-]*|,\s*(?=\\*["'`])|(?=\(\\*["'`]))/iy;
/** `--password ` */
const FLAG = /(?<!\S)--?[^\s=]+/g;
const SPACE = /\s+/y;
/** `-u name:secret`, `-su name:secret`, `-psecret`, `"-p", "secret"` */
const SHORT_FLAG = /(?<![\w-])-[a-zA-Z]{0,4}?[upaw]/g;
const SPACE_OR_COMMA = /[\s=]*(?:\\*["'],\s*)?/y;

/** Masks the values that stand behind a name for a secret. */
function maskBehind(
  text: string,
  names: RegExp,
  between: RegExp,
  isSecret: (name: string) => boolean,
): string {
  let masked = '';
  let from = 0;
  for (const { 0: name, index } of text.matchAll(names)) {
    between.lastIndex = index + name.length;
    const lead = index < from ? undefined : between.exec(text)?.[0];
    if (lead === undefined || !isSecret(name)) continue;
    const start = index + name.length + lead.length;
    masked += `${text.slice(from, start)}${SECRET}`;
    from = endOf(text, start, lead);
  }
  return masked + text.slice(from);
}

/** `user[pin]` and `db.pass` have the name at their end. */
const namesSecretWithin = (path: string): boolean =>
  namesSecret(path) || path.split(/[[\].]/).some(namesSecret);

function endOf(text: string, start: number, lead: string): number {
  // Of YAML and JSON in lines, whichever ends later.
  if (lead.includes('\n')) return Math.max(endOfBlock(text, start), endOfValue(text, start));
  // YAML, a header, XML: what is not in quotes is the rest of the line, and indented lines below.
  const isPlain = !/["'`[{(\\]/.test(text.charAt(start));
  return isPlain && /[:>]\s|^>/.test(lead) ? endOfBlock(text, start) : endOfValue(text, start);
}

function endOfBlock(text: string, start: number): number {
  const length = text.slice(start).search(/\n[^\s-]/);
  return length < 0 ? text.length : start + length;
}

/** Each match is what is not to be looked into: escapes of white space, quotes, brackets, the rest. */
const PIECE = /\\\s|(\\*)(["'`])|[[{(]|[\]})]|[,;]|\s|\\+|[^\\"'`[\]{}(),;\s]+/y;

/** Behind quotes and brackets that are closed, and what is glued to them, up to white space. */
function endOfValue(text: string, start: number): number {
  const isList = /["'`\])}]\\*\s*:?\s*\\*$/.test(text.slice(0, start));
  let depth = 0;
  PIECE.lastIndex = start;
  for (let at = start; at < text.length; at = PIECE.lastIndex) {
    const [piece = '', escapes = '', quote] = PIECE.exec(text) ?? [];
    if (piece === '') return text.length;
    if (quote !== undefined) PIECE.lastIndex = endOfQuote(text, PIECE.lastIndex, quote, escapes);
    else if (/^[[{(]$/.test(piece)) depth += 1;
    else if (depth === 0 && (/^\s$/.test(piece) || (isList && /^[\]}),;]$/.test(piece)))) return at;
    else if (depth > 0 && /^[\]})]$/.test(piece)) depth -= 1;
  }
  return text.length;
}

/** A quote with more backslashes than the first is part of the text in quotes. */
function endOfQuote(text: string, start: number, quote: string, escapes: string): number {
  for (let at = text.indexOf(quote, start); at >= 0; at = text.indexOf(quote, at + 1))
    if (!text.slice(start, at).endsWith(`\\${escapes}`)) return at + 1;
  return text.length;
}

/** Each pattern needs one of these; most ids, numbers and plain words have none. */
const SUSPICIOUS =
  /[=:@<>,(%]|value|(?:^|\s)-|-----|eyJ|[spr]k[-_]|gh[a-z]_|github_pat_|glpat-|npm_|xox|xapp-|hf_|AIza|ya29|A[KS]IA|SG\.|whsec_|hooks\.slack|webhooks|bearer|basic/i;

/**
 * The text with what looks like a credential masked. Give it short texts.
 * @param isCut the text goes on: what began at its end may be a credential
 */
export function maskCredentials(text: string, isCut: boolean): string {
  if (!SUSPICIOUS.test(text)) return text;
  const told = CREDENTIALS.reduce((masked, [found, mask]) => masked.replace(found, mask), text);
  const named = maskBehind(told, NAME, ASSIGNS, namesSecretWithin);
  const flagged = maskBehind(named, FLAG, SPACE, namesSecret);
  const masked = COMMANDS.test(text)
    ? maskBehind(flagged, SHORT_FLAG, SPACE_OR_COMMA, () => true)
    : flagged;
  return isCut ? maskEnd(masked) : masked;
}

/** Of a password at the end the @ may be missing. */
const maskEnd = (text: string): string =>
  text
    .replace(/:\/\/(?:[^\s/?#:]*:\S*|[^\s/?#]*)$/, `://${SECRET}`)
    .replace(/:[^\s"',]{200,}$/, `:${SECRET}`);
