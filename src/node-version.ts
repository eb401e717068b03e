/** @throws Error that says which Node is needed, how it comes, and which one runs */
export function assertNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 24 && minor >= 12) return;
  throw new Error(
    `Cartograph needs Node 24.12 or later in the 24 line; this is Node ${version}. ` +
      'Run it through npm (npm start): the devDependency node@24 is the right one, once npm install has run with install scripts allowed for it.',
  );
}
