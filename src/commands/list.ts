import { RunbookCommand } from '../command-line/runbook-command.ts';
import { emptyLine, paragraph, quiet, strong, textOf } from '../reports/layout.ts';
import { runbooks } from '../runbooks/index.ts';

export default class List extends RunbookCommand {
  static override description = 'List the runbooks: what each is for';

  async run(): Promise<unknown> {
    await this.parse(List);
    this.log(
      textOf(
        [
          ...runbooks.flatMap(({ id, title, whenToUse }) => [
            paragraph(0, strong(id), `  ${title}`),
            paragraph(2, `${whenToUse}.`),
            paragraph(
              2,
              quiet(`runbook show ${id}; runbook run ${id} --sandbox; runbook run ${id} --env ENVIRONMENT`),
            ),
            emptyLine,
          ]),
        ].slice(0, -1),
        this.text,
      ),
    );
    return runbooks.map(({ id, title, whenToUse }) => ({ id, title, whenToUse }));
  }
}
