import type { Parameter } from '@aws-sdk/client-ssm';
import type { Known } from '../known.ts';
import { AwsFault, type Service } from '../service.ts';
import type { World } from '../world.ts';
import type { Operations } from './operations.ts';

export interface SystemsManagerState {
  parameters: Known<Parameter, 'Name' | 'Value'>[];
}

const find = (world: World, name: string | undefined) =>
  world.systemsManager.parameters.find((parameter) => parameter.Name === name || parameter.ARN === name);

export const ssmOperations = {
  GetParameter(world, { Name }) {
    const parameter = find(world, Name);
    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html: the message is empty
    if (parameter === undefined) throw new AwsFault('ParameterNotFound', '');
    return { Parameter: parameter };
  },
  GetParameters(world, { Names = [] }) {
    const found = Names.map((name) => find(world, name));
    return {
      Parameters: found.filter((parameter) => parameter !== undefined),
      InvalidParameters: Names.filter((_name, index) => found[index] === undefined),
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ssm')>;

export const ssm: Service = { name: 'ssm', operations: ssmOperations };
