// Brings a checkout to where `runbook` can run: installs the locked dependencies and builds, each only where it is needed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
const installed = join('node_modules', '.installed-from');
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  process.stderr.write('Installing the locked dependencies ...\n');
  const npm = process.env.npm_execpath;
  const [command, args] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  execFileSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
  });
  writeFileSync(installed, lock);
}

const newest = (path) =>
  statSync(path).isDirectory()
    ? Math.max(...readdirSync(path).map((name) => newest(join(path, name))))
    : statSync(path).mtimeMs;
const built = existsSync('oclif.manifest.json') ? statSync('oclif.manifest.json').mtimeMs : 0;
if (['src', 'scripts/build.mjs', 'package.json', installed].some((path) => newest(path) > built)) {
  process.stderr.write('Building ...\n');
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: ['ignore', 2, 2] });
}
