import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { string } from '@oclif/core/flags';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { configFileName } from '../../config/config-file.ts';
import { exampleConfig } from '../../config/example-config.ts';
import { configFromTerraform } from '../../config/terraform/config-from-terraform.ts';
import { UsageError } from '../../errors.ts';

export default class ConfigInit extends RunbookCommand {
  static override description = 'Write a commented runbook.yaml: an example, or filled in from Terraform';

  static override flags = {
    config: string({ description: 'Path to write', default: configFileName }),
    'from-terraform': string({
      description:
        'Output of `terraform output -json` or `terraform show -json`, or a state file; - reads standard input',
      helpValue: 'FILE',
    }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ConfigInit);
    const file = resolve(flags.config);
    if (existsSync(file)) {
      throw new UsageError({
        code: 'CONFIG_EXISTS',
        message: `${flags.config} exists already and was left as it is`,
        hint: 'Choose another path: runbook config init --config other.yaml',
      });
    }
    const schema = relative(resolve(file, '..'), resolve(this.config.root, 'schema/runbook.schema.json'));
    const source = flags['from-terraform'];
    const text =
      source === undefined ? exampleConfig(schema) : configFromTerraform(readSource(source), source, schema);
    writeFileSync(file, text, { flag: 'wx' });
    this.log(`Wrote ${flags.config}. Next: fill it in, then: runbook config check`);
    return { file };
  }
}

function readSource(source: string): string {
  try {
    return readFileSync(source === '-' ? 0 : source, 'utf8');
  } catch (cause) {
    throw new UsageError({
      code: 'TERRAFORM_UNREADABLE',
      message: `${source} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'terraform output -json > outputs.json; runbook config init --from-terraform outputs.json',
      cause,
    });
  }
}
