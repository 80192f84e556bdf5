export interface OperatorErrorDetails {
  /** Stable and searchable: `FLEET_NOT_STABLE`. */
  readonly code: string;
  /** What happened, to which resource, and what it means. */
  readonly message: string;
  /** What to do now, best as the next command to type. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The operator must act: a condition of the environment, of AWS, or of what was typed. Printed without a stack. */
export class OperatorError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor({ code, message, hint, cause }: OperatorErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** Bad flags, parameters or configuration: nothing was started. Exit code 2. */
export class UsageError extends OperatorError {}

/** The run must not go on here and now: wrong account, locked, closed window, a stop alarm. Exit code 8 while nothing was changed. */
export class Refusal extends OperatorError {}

/** The operator said no. Exit code 3 while nothing was changed. */
export class Declined extends OperatorError {}

/** AWS answered with an error, or did not answer. */
export class AwsCallError extends OperatorError {
  readonly service: string;
  readonly operation: string;
  /** AWS's own error code, such as `Throttling` or `AccessDenied`. */
  readonly awsCode: string;
  readonly requestId: string | undefined;
  /** Throttling, 5xx and network faults: the same call may succeed a little later. */
  readonly transient: boolean;

  constructor(
    details: OperatorErrorDetails & {
      service: string;
      operation: string;
      awsCode: string;
      requestId?: string | undefined;
      transient: boolean;
    },
  ) {
    super(details);
    this.service = details.service;
    this.operation = details.operation;
    this.awsCode = details.awsCode;
    this.requestId = details.requestId;
    this.transient = details.transient;
  }
}

/** A write that did not leave the process because this is a rehearsal. */
export class BlockedWrite extends Error {
  readonly service: string;
  readonly operation: string;
  /** As it would have been sent, secrets redacted. */
  readonly parameters: unknown;

  constructor(service: string, operation: string, parameters: unknown) {
    super(`${service}:${operation} was not sent: this is a rehearsal`);
    this.name = 'BlockedWrite';
    this.service = service;
    this.operation = operation;
    this.parameters = parameters;
  }
}

/** The operator pressed Ctrl-C, or the process was told to stop. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted');
    this.name = 'Interrupted';
  }
}

/** A fault of this tool. Printed with its stack. Exit code 1. */
export class Bug extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Bug';
  }
}
