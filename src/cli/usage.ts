/** What `--help` prints. */

const OVERVIEW = `Human approval for AI agents.

Usage: countersign COMMAND …

For the one who asks
  request ACTION      ask a person, and wait for the decision
  mcp                 MCP server on stdio with the tool request_approval

For the one who decides
  serve               the platform: its web page, its interface, its store
  list                what is pending
  decide ID approve   say yes or no

For the one who checks
  audit verify FILE…  check the chain of audit logs
  inspect             a live view of the state machines; or print one

  --help, -h          this text; after a command, how to use it
  --version           the version of this package

Text for people goes to standard error, data to standard output.`;

const SERVE = `Serves the platform: a web page where people decide, and the interface for agents.

Usage: countersign serve [--host ADDRESS] [--port N] [--data DIR] [--json]

  --host ADDRESS  where to listen; default 127.0.0.1, which only this machine reaches
  --port N        default 8080; 0 takes a free one
  --data DIR      the store and the approver's token; default: the folder "platform" in
                  COUNTERSIGN_STATE_DIR, else in the user's state folder
  --json          one line on standard output when it listens:
                  {"event":"listening","url":"…","sign_in_url":"…"}

The sign-in address holds the approver's token: whoever has it can decide.
Diagnostics go to standard error as JSON lines; COUNTERSIGN_LOG_LEVEL says how many (default warn).

Exit status: 0 after SIGINT or SIGTERM, 2 where the address or the folder cannot be used, 4 failed.`;

const REQUEST = `Asks a person, and waits for the decision.

Usage: countersign request ACTION [--reason TEXT] [--args JSON] [--key K] [--timeout 5m] [--json]

  ACTION          what is to be done, one line
  --reason TEXT   why
  --args JSON     the arguments that will run; shown to the approver and bound to the decision
  --key K         one key, one approval: the same key after a crash goes on with the same approval
  --timeout TIME  the longest wait: seconds, or 90s, 5m, 2h; default APPROVAL_TIMEOUT, else 5m
  --json          print the outcome as one object on standard output; without it nothing is printed
                  there, and the exit status tells

Needs WORKSPACE_ID, who asks. PLATFORM_URL says where; APPROVAL_TOKEN is sent where it is set.
Ctrl-C and SIGTERM take the request back before the process ends.

Exit status: 0 granted, 1 denied, 2 called in a wrong way (usage, settings, the request itself),
3 nobody answered in time, 4 failed, 5 withdrawn. This help ends with 2: 0 means granted, and
nothing else.

Example: countersign request "Deploy 1.4 to production" --timeout 10m && ./deploy 1.4
An action that a program fills in stands behind --: countersign request -- "$ACTION"`;

const CREDENTIALS = `The address is PLATFORM_URL, else http://localhost:8080. The approver's token is that of the
folder given by --data, else COUNTERSIGN_APPROVER_TOKEN, else approver.token in the default data
folder of "countersign serve" (that one is sent to this machine only).`;

const LIST = `Lists what is pending, oldest first.

Usage: countersign list [--data DIR] [--json]

  --data DIR  the platform's data folder, for its approver's token
  --json      one object a line, everything that is known

${CREDENTIALS}

Exit status: 0 when the list is known, be it empty; 2 otherwise.`;

const DECIDE = `Says yes or no to one approval.

Usage: countersign decide ID approve|deny [--note TEXT] [--data DIR] [--json]

  ID           as "countersign list" shows it, or its beginning (at least 4 characters) where only
               one pending approval begins so
  --note TEXT  a word to the one who asked
  --data DIR   the platform's data folder, for its approver's token
  --json       print how it ended as one object on standard output

${CREDENTIALS}

Exit status: 0 decided, 1 it had ended already (and how is said), 2 otherwise.`;

const AUDIT_VERIFY = `Checks the chain of audit logs, and names the first bad line of each.

Usage: countersign audit verify FILE… [--json]

  --json  one object a file: its report

AUDIT_HMAC_KEY is the key that the log was written with, where there was one. A last line that is
torn, as a crash leaves it, is reported and is no tampering.

Exit status: 0 all intact; 1 at least one was tampered with; 2 none was, but one cannot be read.`;

const MCP = `Serves the tool request_approval over the Model Context Protocol, on standard input and output.

Usage: countersign mcp

Settings as for "countersign request"; they come from the environment. Needs the package
@modelcontextprotocol/server, which is installed only where it is wanted.

Exit status: 0 when the client has closed the connection or after SIGINT or SIGTERM; 2 wrong
settings, or the package is missing; 4 failed.`;

const INSPECT = `Serves a web page that shows what the state machines do, live. Or prints one of them as a chart.

Usage: countersign inspect [--port N] [--json]
       countersign inspect --print approval|channel

  --port N      default 7357; 0 takes a free one. Only this machine reaches it
  --json        one line on standard output when it listens: {"event":"listening","url":"…"}
  --print NAME  print the chart of that machine on standard output, and end

Processes show themselves that are started with COUNTERSIGN_INSPECT set to its address; so do those
that were started before. Secrets are left out. Whoever uses this machine can look.

Exit status: 0 after SIGINT or SIGTERM, or when printed; 2 called in a wrong way, or the port cannot
be used; 4 failed.`;

const USAGES: ReadonlyMap<string, string> = new Map([
  ['serve', SERVE],
  ['request', REQUEST],
  ['list', LIST],
  ['decide', DECIDE],
  ['audit verify', AUDIT_VERIFY],
  ['inspect', INSPECT],
  ['mcp', MCP],
]);

/** The text of `countersign --help`. */
export const overview = (): string => OVERVIEW;

/** The text of `countersign COMMAND --help`. */
export const commandUsage = (name: string): string => USAGES.get(name) ?? OVERVIEW;
