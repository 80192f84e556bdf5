import type { Parameter } from '@aws-sdk/client-ssm';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';

export type { Parameter };

/**
 * A parameter of Parameter Store, `undefined` where there is none of that name. A SecureString stays encrypted.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
export const getParameter = awsFunction(
  ['ssm:GetParameter'],
  async (aws: ReadClients, name: string): Promise<Parameter | undefined> => {
    const { GetParameterCommand } = await import('./sdk/ssm.ts');
    const answer = await absentWhen(['ParameterNotFound'], () =>
      aws.send('ssm', new GetParameterCommand({ Name: name, WithDecryption: false })),
    );
    return answer?.Parameter;
  },
);
