// Bundles src into dist with code splitting: a command loads its own code and nothing of the SDK until a call is made.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const commands = readdirSync('src/commands', { recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src/commands', file));

/** esbuild takes a computed key for a side effect and would keep every schema of a service. The SDK's keys are constants. */
const literalSchemaKeys = {
  name: 'literal-schema-keys',
  setup(builder) {
    builder.onLoad({ filter: /client-[\w-]+\/dist-es\/schemas\/schemas_0\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const constants = new Map(
        [...text.matchAll(/^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm)].map(([, name, value]) => [name, value]),
      );
      const literal = (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key);
      return { loader: 'js', contents: text.replace(/\[(_\w+)\]:/g, literal) };
    });
  },
};

/** Asked whether it is an ES module, it stays unloaded: none of these is. */
const whenUsed = (path) => `
  let it;
  const get = (_, key) => (key === '__esModule' ? undefined : (it ??= require(${JSON.stringify(path)}))[key]);
  module.exports = new Proxy({}, { get });`;

/** oclif makes its loggers at every start; they say something only where DEBUG is set. */
const debugWhenWanted = `
  let it;
  const real = () => (it ??= require('debug'));
  const silent = Object.assign(() => {}, { enabled: false });
  const apply = (_, self, names) => (process.env.DEBUG ? real()(...names) : silent);
  const get = (_, key) => (key === '__esModule' ? undefined : real()[key]);
  module.exports = new Proxy(() => {}, { apply, get });`;

/** What oclif loads at every start and hardly ever calls: where the manifest is there, no files are looked for, for one. */
const loadedWhenUsed = {
  name: 'loaded-when-used',
  setup(builder) {
    const packages = /^(tinyglobby|ejs|cli-spinners|semver|debug)$/;
    builder.onResolve({ filter: packages }, ({ path, kind, namespace }) =>
      kind === 'require-call' && namespace === 'file' ? { path, namespace: 'when-used' } : undefined,
    );
    builder.onLoad({ filter: packages, namespace: 'when-used' }, ({ path }) => ({
      resolveDir: dirname(createRequire(join(root, 'node_modules/@oclif/core/package.json')).resolve(path)),
      contents: path === 'debug' ? debugWhenWanted : whenUsed(path),
    }));
  },
};

rmSync('dist', { recursive: true, force: true });
rmSync('oclif.manifest.json', { force: true });
await build({
  entryPoints: ['src/main.ts', 'src/command-line/help.ts', 'src/generate.ts', ...commands],
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // The SDK's CommonJS builds cannot be tree-shaken.
  mainFields: ['module', 'main'],
  plugins: [literalSchemaKeys, loadedWhenUsed],
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  // What is CommonJS inside the bundle (oclif, for one) calls require, __dirname and __filename.
  banner: {
    js: [
      'import { createRequire as __createRequire } from "node:module";',
      'import { fileURLToPath as __toPath } from "node:url";',
      'import { dirname as __dirnameOf } from "node:path";',
      'const require = __createRequire(import.meta.url);',
      'const __filename = __toPath(import.meta.url);',
      'const __dirname = __dirnameOf(__filename);',
    ].join(''),
  },
});

// The manifest spares every start the loading of all commands. Writing it asks nobody for a newer oclif.
execFileSync(process.execPath, ['node_modules/oclif/bin/run.js', 'manifest'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' },
});
