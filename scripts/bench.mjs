// Prints what speed is held to: start-up as ratios over `node -e 0`, taken in turn so that a machine that slows down slows both;
// the sandbox's speed; and the calls to AWS that a wait costs. Figures, no verdicts: no test depends on them.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const turns = Number(process.argv[2] ?? 15);
const state = mkdtempSync(join(tmpdir(), 'runbook-bench-'));
// Reading a bundle of certificates alone would add some 40 ms to every start of Node.
const { NODE_EXTRA_CA_CERTS: _, ...environment } = { ...process.env, XDG_STATE_HOME: state };
// The SDK tells users of Node 20 on stderr, at its first client, how long it will support it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const inSandbox = ['run', 'rolling-update', '--sandbox', '--yes', '--reason', 'bench'];
const node = (...args) => [process.execPath, ...args];
const runbook = (...args) => node('bin/runbook.js', ...args);

const wholeProcess = ([command, ...args]) => {
  const begun = performance.now();
  spawnSync(command, args, { env: environment, stdio: 'ignore' });
  return performance.now() - begun;
};

const firstOutput = ([command, ...args]) =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
    child.on('error', reject);
    child.stdout.once('data', () => {
      resolve(performance.now() - begun);
      child.kill('SIGKILL');
    });
  });

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function ratio(time, command) {
  const ratios = [];
  for (let turn = 0; turn <= turns; turn += 1) {
    const base = wholeProcess(node('-e', '0'));
    const own = await time(command);
    // The first turn warms the disk cache.
    if (turn > 0) ratios.push(own / base);
  }
  return `${median(ratios).toFixed(1)}x`;
}

function sandboxRun() {
  const begun = performance.now();
  const { stdout } = spawnSync(process.execPath, ['bin/runbook.js', ...inSandbox, '--json'], {
    env: environment,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  return { seconds: (performance.now() - begun) / 1000, report: JSON.parse(stdout) };
}

async function callsPerSecond(call, count = 1500) {
  for (let warm = 0; warm < 200; warm += 1) await call();
  const begun = performance.now();
  for (let made = 0; made < count; made += 1) await call();
  return Math.round(count / ((performance.now() - begun) / 1000));
}

/** The sandbox as it is in src, and a client, in one file that Node can load. */
async function bundled() {
  const outfile = join(state, 'sandbox.mjs');
  await build({
    stdin: {
      contents: `export { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
        export { openSandbox } from './src/sandbox/sandbox.ts';`,
      resolveDir: '.',
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    logLevel: 'error',
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return import(pathToFileURL(outfile).href);
}

async function served() {
  const [command, ...args] = runbook('sandbox', 'serve', '--port', '0', '--speed', '0', '--json');
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const facts = await new Promise((resolve, reject) => {
    let printed = '';
    child.on('error', reject);
    child.stdout.on('data', (text) => {
      printed += text;
      if (printed.endsWith('}\n')) resolve(JSON.parse(printed));
    });
  });
  return { url: facts.url, stop: () => child.kill('SIGTERM') };
}

const eventsOf = ({ runId }) =>
  readFileSync(join(state, 'runbook', 'runs', runId, 'journal.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

try {
  console.log(`start-up over node -e 0, median of ${turns}`);
  console.log(
    `  --version                            ${await ratio(wholeProcess, runbook('--version'))}   (at most 3.5x)`,
  );
  console.log(
    `  run rolling-update --help            ${await ratio(wholeProcess, runbook('run', 'rolling-update', '--help'))}   (at most 3.5x)`,
  );
  console.log(
    `  first event of a sandbox run         ${await ratio(firstOutput, runbook(...inSandbox))}   (at most 8x)`,
  );

  const runs = Array.from({ length: 5 }, sandboxRun);
  const [{ report }] = runs;
  const seconds = median(runs.map((run) => run.seconds));
  console.log('a rolling update in the sandbox, whole process, median of 5');
  console.log(`  real seconds                         ${seconds.toFixed(2)}`);
  console.log(
    `  virtual minutes in a real second     ${(report.milliseconds / 60_000 / seconds).toFixed(0)}`,
  );
  console.log(`  calls to AWS in a real second        ${(report.calls / seconds).toFixed(0)}`);
  const waits = report.steps.filter(({ kind }) => kind === 'wait');
  const waited = waits.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);
  const paths = new Set(waits.map(({ path }) => path));
  const calls = eventsOf(report).filter(({ type, step }) => type === 'aws-called' && paths.has(step)).length;
  console.log(`  calls to AWS in a minute of waiting  ${(calls / (waited / 60_000)).toFixed(1)}`);

  console.log('the sandbox itself');
  const { AutoScalingClient, DescribeAutoScalingGroupsCommand, openSandbox } = await bundled();
  const client = (options) =>
    new AutoScalingClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDSANDBOX', secretAccessKey: 'sandbox' },
      ...options,
    });
  const { requestHandler, world, advanceTo } = await openSandbox();
  const ask = (from) => () => from.send(new DescribeAutoScalingGroupsCommand({}));
  console.log(
    `  calls in a second, in process        ${await callsPerSecond(ask(client({ requestHandler })))}`,
  );
  const server = await served();
  const overHttp = await callsPerSecond(ask(client({ endpoint: server.url })));
  server.stop();
  console.log(`  calls in a second, over HTTP         ${overHttp}`);
  const begun = performance.now();
  advanceTo(new Date(world.now.getTime() + 48 * 3_600_000));
  const hours = 48 / ((performance.now() - begun) / 1000);
  console.log(`  virtual hours in a real second       ${hours.toFixed(0)}`);
} finally {
  rmSync(state, { recursive: true, force: true });
}
