/** What stands in a notebook for an output that is stored apart; anybody may have written it. */
export const PLACEHOLDER = 'application/vnd.openpaas.output+json';

export interface IPlaceholder {
  /** The SHA-256 of what is stored. */
  id: string;
  size: number;
  /** The media types that are there; of a text none are needed. */
  kinds: string[];
  /** Pixels, if the output said it; else 0. */
  height: number;
  /** Of the rest of a text: which stream. */
  stream: 'stdout' | 'stderr' | null;
}

const NAME = /^[0-9a-f]{64}$/;

/** The placeholder, or null when it is none. */
export function readPlaceholder(value: unknown): IPlaceholder | null {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const { id, size, kinds, height, stream } = value as Record<string, unknown>;
  if (typeof id !== 'string' || !NAME.test(id)) {
    return null;
  }
  return {
    id,
    size: positive(size),
    kinds: Array.isArray(kinds) ? kinds.filter(kind => typeof kind === 'string') : [],
    height: positive(height),
    stream: stream === undefined ? null : stream === 'stderr' ? 'stderr' : 'stdout'
  };
}

function positive(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
