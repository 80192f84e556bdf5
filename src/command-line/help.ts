import { CommandHelp, Help } from '@oclif/core/help';

/** oclif compiles a template for every line of a help text; only those with a placeholder are one. */
class PlainCommandHelp extends CommandHelp {
  constructor(...parameters: ConstructorParameters<typeof CommandHelp>) {
    super(...parameters);
    const renderTemplate = this.render;
    this.render = (text) => (text.includes('<%') ? renderTemplate(text) : text);
  }
}

export default class RunbookHelp extends Help {
  protected override CommandHelpClass = PlainCommandHelp;
}
