/** Says clearly what is wrong where Node is too old for `node:sqlite`; run first by the npm scripts. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `countersign needs Node 22.19 or newer and found ${process.versions.node}. ` +
      'In a clone, "npm ci" brings its own Node 24 and "npm start" and "npm test" use it.\n',
  );
  process.exit(1);
}
