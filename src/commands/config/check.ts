import { string } from '@oclif/core/flags';
import { RunbookCommand } from '../../command-line/runbook-command.ts';
import { loadConfig } from '../../config/config-file.ts';
import { describeConfig } from '../../config/config-summary.ts';
import { emptyLine, good, paragraph, quiet, strong, textOf, warning } from '../../reports/layout.ts';

export default class ConfigCheck extends RunbookCommand {
  static override description = 'Check runbook.yaml and say what it describes. Asks nothing of AWS';

  static override flags = {
    config: string({
      description: 'Path of the configuration; without it runbook.yaml is looked for upwards from here',
    }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ConfigCheck);
    const config = loadConfig({ path: flags.config, from: process.cwd() });
    const environments = describeConfig(config);
    this.log(
      textOf(
        [
          paragraph(0, good('✔ '), `${config.file} is valid`),
          ...environments.flatMap(({ name, facts, components, advice }) => [
            emptyLine,
            paragraph(0, strong(name)),
            ...facts.map(({ label, value }) => paragraph(2, quiet(`${label}: `), value)),
            ...components.flatMap((component) => [
              paragraph(2, strong(component.name), quiet(` ${component.type}`)),
              ...component.facts.map(({ label, value }) => paragraph(4, quiet(`${label}: `), value)),
            ]),
            ...advice.map((text) => paragraph(2, warning('! '), text)),
          ]),
        ],
        this.text,
      ),
    );
    return { file: config.file, environments };
  }
}
