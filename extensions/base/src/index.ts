/** What the parts of the workspace share in the page. */
export * from './chip.js';
export * from './i18n.js';
export * from './push.js';
export * from './sentences.js';
