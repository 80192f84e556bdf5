import { type Environment, environmentSchema } from '../../src/environment.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { elsewhere, type World } from '../../src/sandbox/world.ts';

export const prodEnvironment = (): Environment => ({
  name: 'prod',
  ...environmentSchema.parse(morpheusProdEnvironment),
});

export const recoveryWorld = ({ world }: Pick<Sandbox, 'world'>): World => elsewhere(world, 'us-west-2');

type Store = 'database' | 'files' | 'queue' | 'search';

/** A stack whose application needs these stores alone, so that a run of it is short. */
export function smallStack(...stores: readonly Store[]) {
  const whole = prodEnvironment();
  const { recovery } = whole;
  if (recovery === undefined) throw new Error('the sandbox has no recovery');
  const { beacon: _, dns: __, ...rest } = recovery;
  const environment: Partial<Environment> = {
    components: Object.fromEntries(
      Object.entries(whole.components).filter(([name]) => name === 'app' || stores.includes(name as Store)),
    ),
    recovery: {
      ...rest,
      sustained: 60_000,
      parameters: { ...recovery.parameters, kept: [] },
      probes: recovery.probes.filter(({ by }) => by === 'url'),
    },
  };
  const prepare = (sandbox: Sandbox): void => {
    for (const application of recoveryWorld(sandbox).applications)
      Object.assign(application, {
        needs: Object.fromEntries(
          Object.entries(application.needs).filter(([name]) => stores.includes(name as Store)),
        ),
      });
  };
  return { environment, prepare };
}
