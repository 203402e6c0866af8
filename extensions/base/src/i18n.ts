/** The translation domain of every sentence of ours. */
export const DOMAIN = 'openpaas_workspace';
