import type { components } from './schema.gen';

/** The bodies of the API, by their names in its description. */
export type Schemas = components['schemas'];
