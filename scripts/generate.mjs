// Writes what is generated from the code and committed: the JSON Schema of runbook.yaml and the steps in docs/runbooks.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

execFileSync(process.execPath, ['scripts/prepare.mjs'], { stdio: 'inherit' });
const { generatedFiles } = await import('../dist/generate.js');
for (const [path, text] of Object.entries(generatedFiles())) writeFileSync(path, text);
