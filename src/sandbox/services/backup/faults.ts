import { AwsFault } from '../../service.ts';

/** The errors of AWS Backup name their kind a second time, by a number. Where that is not known, it is left out. */
const fault = (code: string, message: string, members: Readonly<Record<string, unknown>> = {}) =>
  new AwsFault(code, message, { members });

export const notFound = (message: string) => fault('ResourceNotFoundException', message);

export const invalidValue = (message: string, members?: Readonly<Record<string, unknown>>) =>
  fault('InvalidParameterValueException', message, members);

export const missingValue = (message: string) => fault('MissingParameterValueException', message);

export const invalidRequest = (message: string, members?: Readonly<Record<string, unknown>>) =>
  fault('InvalidRequestException', message, members);

export const alreadyExists = (message: string, members: Readonly<Record<string, unknown>>) =>
  fault('AlreadyExistsException', message, members);

/** What AWS Backup says of a vault that is not there: it cannot be told from one that is somebody else's. https://github.com/aws/aws-sdk-js/issues/2625 */
export const noSuchVault = () =>
  new AwsFault('AccessDeniedException', 'Insufficient privileges to perform this action.', { status: 403 });

export const badToken = 'InvalidParameterValueException';
