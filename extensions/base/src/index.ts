/** What the parts of the workspace share in the page. */
export * from './chip.js';
export * from './directory.js';
export * from './i18n.js';
export * from './icons.js';
export * from './openers.js';
export * from './presence.js';
export * from './push.js';
export * from './sentences.js';
export * from './ui/answer.js';
export * from './ui/button.js';
export * from './ui/context.js';
export * from './ui/face.js';
export * from './ui/mark.js';
export * from './ui/presence.js';
export * from './ui/states.js';
export * from './when.js';
export * from './workspace.js';
