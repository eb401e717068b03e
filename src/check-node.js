// Plain JavaScript: an older Node, which cannot read the TypeScript beside it, must be able to say so.
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major !== 24 || minor < 12) {
  process.stderr.write(
    `Cartograph needs Node 24.12 or later of the 24 line; this is Node ${process.versions.node}.\n` +
      'Start it through npm (npm start, npm test): npm install brings the right Node as the devDependency node@24.\n' +
      'If this message comes from npm itself, that install ran without scripts: run npm install --ignore-scripts=false.\n',
  );
  // As in src/cli/exit-code.ts: on the command line, 1 says that documentation is needed.
  process.exitCode = 70;
}
