import { loadConfig } from '@smithy/core/config';

/** As the SDK looks for it where a client is given none: the environment first, then the shared configuration files. */
export const configuredRegion = (profile: string | undefined): Promise<string | undefined> =>
  loadConfig<string | undefined>(
    {
      environmentVariableSelector: (environment) => environment['AWS_REGION'],
      configFileSelector: (settings) => settings['region'],
      default: undefined,
    },
    { preferredFile: 'config', ...(profile !== undefined && { profile }) },
  )();
