/** The only package that knows the addresses of the workspace. */
export * from './http.js';
export * from './push.js';
export type { components } from './schema.js';
